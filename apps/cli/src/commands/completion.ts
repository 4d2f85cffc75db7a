import type { Argument, Command } from "commander";

import { commandList } from "../command-list.ts";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { type CommandModel, commandModel } from "../completion/model.ts";
import { zshScript } from "../completion/zsh.ts";
import type { Invocation } from "../invocation.ts";
import { createProgram } from "../program.ts";

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };

const epilogue = `
To switch it on:
  bash   source <(erofs completion bash)      in ~/.bashrc
  zsh    source <(erofs completion zsh)       in ~/.zshrc, behind compinit
  fish   erofs completion fish | source       in ~/.config/fish/config.fish`;

async function describeCommands(invocation: Invocation): Promise<CommandModel[]> {
  const { commands } = createProgram(invocation);
  return Promise.all(
    commandList.map(async ({ name, load }) => {
      const command = commands.find((candidate) => candidate.name() === name);
      if (command === undefined) throw new Error(`there is no command ${name}`);
      (await load()).define(command, invocation);
      return commandModel(command);
    }),
  );
}

export function define(command: Command, invocation: Invocation): void {
  command
    .description("Prints a script that completes commands, options, files and paths inside images.")
    .addHelpText("after", epilogue)
    .action(async (shell: keyof typeof scripts) => {
      const models = await describeCommands(invocation);
      await invocation.terminal.text(scripts[shell](models));
    });
  const [argument] = command.registeredArguments;
  (argument as Argument).choices(Object.keys(scripts));
}
