import type { ArgumentModel, CommandModel, OptionModel, ValueKind } from "./model.ts";

/** A text inside single quotes of zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A text within an `_arguments` specification, where brackets and colons have a meaning. */
function escaped(text: string): string {
  return text.replaceAll(/[\\[\]:]/g, "\\$&");
}

function action(value: ValueKind): string {
  switch (value.kind) {
    case "choices":
      return `(${value.choices.join(" ")})`;
    case "file":
      return "_files";
    case "directory":
      return "_files -/";
    case "imagePath":
      return "_erofs_paths";
    case "anything":
      return " ";
  }
}

function optionSpecification(option: OptionModel): string {
  const takesValue = option.value !== undefined;
  const short = option.short === undefined ? undefined : `-${option.short}${takesValue ? "+" : ""}`;
  const long = option.long === undefined ? undefined : `--${option.long}${takesValue ? "=" : ""}`;
  const tail = `[${escaped(option.summary)}]${option.value === undefined ? "" : `:value:${action(option.value)}`}`;
  if (short === undefined || long === undefined) {
    return quoted(`${option.repeatable ? "*" : ""}${short ?? long ?? ""}${tail}`);
  }
  // Given once, neither form is offered again.
  const lead = option.repeatable ? "'*'" : quoted(`(-${option.short} --${option.long})`);
  return `${lead}{${short},${long}}${quoted(tail)}`;
}

function argumentSpecification(argument: ArgumentModel, index: number): string {
  const place = argument.variadic ? "*" : String(index + 1);
  return quoted(`${place}:${argument.name}:${action(argument.value)}`);
}

function commandCase(command: CommandModel): string {
  const specifications = [
    ...command.options.map(optionSpecification),
    ...command.arguments.map(argumentSpecification),
  ];
  return `      ${command.name})
        _arguments -s -S ${specifications.join(" \\\n          ")}
        ;;`;
}

/** A completion script for zsh. */
export function zshScript(commands: readonly CommandModel[]): string {
  const descriptions = commands.map(({ name, summary }) => `    ${quoted(`${name}:${escaped(summary)}`)}`);
  return `#compdef erofs
# zsh completion for erofs: source <(erofs completion zsh), or a file _erofs in a directory of $fpath

# Paths inside the image, which is the command's first operand.
_erofs_paths() {
  local directory='' image=\${(Q)line[1]}
  local -a names
  [[ $PREFIX == */* ]] && directory=\${PREFIX%/*}/
  names=("\${(@f)$(erofs ls --slash -- "$image" "\${\${(Q)directory}:-/}" 2>/dev/null)}")
  compadd -S '' -p "$directory" -a names
}

_erofs() {
  local context state state_descr line
  typeset -A opt_args
  local -a commands
  commands=(
${descriptions.join("\n")}
  )
  _arguments -C '(- *)'{-h,--help}'[print help]' '(- *)'{-V,--version}'[print the version]' \\
    '1:command:->command' '*::argument:->argument'
  case $state in
  command)
    _describe command commands
    ;;
  argument)
    case $words[1] in
      help) _describe command commands ;;
${commands.map(commandCase).join("\n")}
    esac
    ;;
  esac
}

if [[ $funcstack[1] == _erofs ]]; then _erofs "$@"; else compdef _erofs erofs; fi
`;
}
