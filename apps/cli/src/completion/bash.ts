import type { CommandModel, OptionModel, ValueKind } from "./model.ts";

function flagsOf(option: OptionModel): string[] {
  const flags: string[] = [];
  if (option.short !== undefined) flags.push(`-${option.short}`);
  if (option.long !== undefined) flags.push(`--${option.long}`);
  return flags;
}

/** The shell command that fills COMPREPLY for a value. */
function completer(value: ValueKind): string {
  switch (value.kind) {
    case "choices":
      return `_erofs_words '${value.choices.join(" ")}'`;
    case "file":
      return "_erofs_files -f";
    case "directory":
      return "_erofs_files -d";
    case "imagePath":
      return "_erofs_paths";
    case "anything":
      return ":";
  }
}

function patterns(command: CommandModel, option: OptionModel): string {
  return flagsOf(option)
    .map((flag) => `${command.name}:${flag}`)
    .join("|");
}

function caseLines(
  commands: readonly CommandModel[],
  line: (c: CommandModel, o: OptionModel) => string,
): string {
  const lines: string[] = [];
  for (const command of commands) {
    for (const option of command.options) if (option.value !== undefined) lines.push(line(command, option));
  }
  return lines.join("\n");
}

function operandLines(command: CommandModel): string[] {
  return command.arguments.map((argument, index) => {
    const place = argument.variadic ? "*" : String(index);
    return `    ${command.name}:${place}) ${completer(argument.value)} ;;`;
  });
}

/** A completion script for bash 4 and later. */
export function bashScript(commands: readonly CommandModel[]): string {
  const names = commands.map(({ name }) => name).join(" ");
  const options = commands.map((command) => {
    return `      ${command.name}) _erofs_words '${command.options.flatMap(flagsOf).join(" ")}' ;;`;
  });
  return `# bash completion for erofs: source <(erofs completion bash)

_erofs_words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur"); }

_erofs_files() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$cur")
}

# Paths inside the image, which is the command's first operand.
_erofs_paths() {
  local directory='' name
  [[ $cur == */* ]] && directory=\${cur%/*}/
  compopt -o filenames -o nospace
  while IFS= read -r name; do
    [[ $directory$name == "$cur"* ]] && COMPREPLY+=("$directory$name")
  done < <(erofs ls --slash -- "$image" "\${directory:-/}" 2>/dev/null)
}

_erofs() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
  local command='' image='' word skip='' i operands=0
  # bash makes a word of its own of the equals sign.
  if [[ $cur == = ]]; then cur=''; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $word == = ]]; then skip=1; continue; fi
    if [[ -n $skip ]]; then skip=''; continue; fi
    case $command:$word in
    :-*) ;;
    :*) command=$word ;;
${caseLines(commands, (command, option) => `    ${patterns(command, option)}) skip=1 ;;`)}
    *:-*) ;;
    *)
      ((operands++ == 0)) && image=$word
      ;;
    esac
  done
  if [[ -z $command ]]; then
    _erofs_words '${names} help --help --version'
    return
  fi
  case $command:$prev in
${caseLines(commands, (command, option) => {
  return `    ${patterns(command, option)}) ${option.value === undefined ? ":" : completer(option.value)}; return ;;`;
})}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${options.join("\n")}
    esac
    return
  fi
  case $command:$operands in
    help:0) _erofs_words '${names}' ;;
${commands.flatMap(operandLines).join("\n")}
  esac
}

complete -F _erofs erofs
`;
}
