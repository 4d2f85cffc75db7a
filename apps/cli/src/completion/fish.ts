import type { ArgumentModel, CommandModel, OptionModel, ValueKind } from "./model.ts";

function quoted(text: string): string {
  return `'${text.replaceAll(/[\\']/g, "\\$&")}'`;
}

/** How an option's value, or an operand, is completed. */
function completer(value: ValueKind): string {
  switch (value.kind) {
    case "choices":
      return `-a ${quoted(value.choices.join(" "))}`;
    case "file":
      return "-F";
    case "directory":
      return "-a '(__fish_complete_directories)'";
    case "imagePath":
      return "-a '(__erofs_paths)'";
    case "anything":
      return "";
  }
}

function optionLine(command: CommandModel, option: OptionModel): string {
  const parts = [`complete -c erofs -n '__fish_seen_subcommand_from ${command.name}'`];
  if (option.short !== undefined) parts.push(`-s ${option.short}`);
  if (option.long !== undefined) parts.push(`-l ${option.long}`);
  // -x is -r without file names.
  if (option.value !== undefined)
    parts.push(option.value.kind === "file" ? "-r" : "-x", completer(option.value));
  parts.push(`-d ${quoted(option.summary)}`);
  return parts.filter((part) => part !== "").join(" ");
}

function argumentLine(command: CommandModel, argument: ArgumentModel, index: number): string {
  const test = argument.variadic
    ? `test (__erofs_operands) -ge ${index}`
    : `test (__erofs_operands) -eq ${index}`;
  return `complete -c erofs -n '__fish_seen_subcommand_from ${command.name}; and ${test}' ${completer(argument.value)}`;
}

/** A completion script for fish 3 and later. */
export function fishScript(commands: readonly CommandModel[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const lines = commands.flatMap((command) => [
    `complete -c erofs -n '__fish_use_subcommand' -a ${command.name} -d ${quoted(command.summary)}`,
    ...command.options.map((option) => optionLine(command, option)),
    ...command.arguments.map((argument, index) => argumentLine(command, argument, index)),
  ]);
  return `# fish completion for erofs: erofs completion fish | source

# The words before the cursor that are neither options nor the command.
function __erofs_words
    set -l words (commandline -opc)
    for word in $words[2..-1]
        string match -q -- '-*' $word; or contains -- $word ${names}; or echo $word
    end
end

function __erofs_operands
    count (__erofs_words)
end

# Paths inside the image, which is the command's first operand.
function __erofs_paths
    set -l image (__erofs_words)[1]
    set -l directory (string match -r '.*/' -- (commandline -ct))
    test -n "$directory"; or set directory ''
    set -l from $directory
    test -n "$from"; or set from /
    for name in (erofs ls --slash -- $image $from 2>/dev/null)
        echo $directory$name
    end
end

complete -c erofs -f
${lines.join("\n")}
`;
}
