import type { Command, Option } from "commander";

/** What may stand in a place of the command line. */
export type ValueKind =
  | { readonly kind: "choices"; readonly choices: readonly string[] }
  | { readonly kind: "file" | "directory" | "imagePath" | "anything" };

export interface OptionModel {
  /** `-b`, without the hyphen. */
  readonly short: string | undefined;
  /** `--block-size`, without the hyphens. */
  readonly long: string | undefined;
  /** Undefined for an option that takes no value. */
  readonly value: ValueKind | undefined;
  readonly summary: string;
  readonly repeatable: boolean;
}

export interface ArgumentModel {
  readonly name: string;
  readonly value: ValueKind;
  readonly variadic: boolean;
}

/** A command as completion scripts see it. */
export interface CommandModel {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionModel[];
  readonly arguments: readonly ArgumentModel[];
}

/** Placeholders of arguments and option values, by what completes them. */
const kinds: Readonly<Record<string, ValueKind["kind"]>> = {
  IMAGE: "file",
  FILE: "file",
  MODULE: "file",
  SOURCE: "directory",
  DIR: "directory",
  PATH: "imagePath",
};

function valueKind(placeholder: string, choices: readonly string[] | undefined): ValueKind {
  if (choices !== undefined) return { kind: "choices", choices };
  const kind = kinds[placeholder];
  return { kind: kind === undefined || kind === "choices" ? "anything" : kind };
}

/** The first clause of a description: what fits beside a name. */
function clause(description: string): string {
  return description.split(/[;(]|\. /, 1)[0]?.trim() ?? "";
}

function optionModel(option: Option): OptionModel {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(option.flags)?.[1];
  return {
    // A second long name is the one of mkfs.erofs: whoever types it knows it.
    short: option.short?.startsWith("--") ? undefined : option.short?.replace(/^-/, ""),
    long: option.long?.replace(/^--/, ""),
    value: placeholder === undefined ? undefined : valueKind(placeholder, option.argChoices),
    summary: clause(option.description),
    repeatable: /repeat/.test(option.description),
  };
}

/** Describes a command whose options have been declared. */
export function commandModel(command: Command): CommandModel {
  // Help as commander lays it out knows the built-in options, too.
  const options = command.createHelp().visibleOptions(command);
  return {
    name: command.name(),
    summary: command.summary(),
    options: options.map(optionModel),
    arguments: command.registeredArguments.map((argument) => {
      const name = argument.name();
      return { name, value: valueKind(name, argument.argChoices), variadic: argument.variadic };
    }),
  };
}
