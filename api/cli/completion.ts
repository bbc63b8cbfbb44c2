// `volley completion`: scripts that complete commands and options in shells, made of what the commands declare.

import type { Command, Option } from 'commander'
import { UsageError } from './outcome.ts'
import { printText } from './stdout.ts'

const scripts: Readonly<Record<string, (commands: readonly Command[]) => string>> = { bash, zsh, fish }

export const shellNames: readonly string[] = Object.keys(scripts)

/** The action of `volley completion`. */
export async function completion(shell: string, commands: readonly Command[]): Promise<void> {
  const script = scripts[shell]
  if (script === undefined) throw new UsageError(`Cannot complete in "${shell}": there is ${shellNames.join(', ')}`)
  await printText(script(commands))
}

const optionsOf = (command: Command): readonly Option[] => command.options.filter(({ hidden }) => !hidden)

const wordsOf = (command: Command): string =>
  [...command.commands.map((sub) => sub.name()), ...optionsOf(command).flatMap(({ long }) => long ?? [])].join(' ')

function bash(commands: readonly Command[]): string {
  const cases = commands.map((command) => `    ${command.name()}) words="${wordsOf(command)}" ;;\n`)
  return `# volley completion bash: source it, or write it into a file of bash-completion
_volley() {
  local words="${commands.map((command) => command.name()).join(' ')}"
  [ "$COMP_CWORD" -gt 1 ] && case "\${COMP_WORDS[1]}" in
${cases.join('')}    *) words="" ;;
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _volley volley
`
}

/** Between single quotes. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function zsh(commands: readonly Command[]): string {
  const plain = (text: string): string => text.replaceAll(/[[\]:]/g, ' ')
  const optionText = ({ long, description, flags }: Option): string =>
    quoted(`*${long}[${plain(description)}]${/[<[]/.test(flags) ? ':value:_files' : ''}`)
  const cases = commands.map(
    (command) =>
      `    ${command.name()}) _arguments ${optionsOf(command).map(optionText).join(' ')} '*:file:_files' ;;\n`,
  )
  const names = commands.map((command) => quoted(`${command.name()}:${plain(command.description())}`))
  return `#compdef volley
# volley completion zsh: write it into a file _volley of a directory in $fpath
_volley() {
  local -a commands=(${names.join(' ')})
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local name=$words[2]
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('')}  esac
}
compdef _volley volley
`
}

function fish(commands: readonly Command[]): string {
  const lines = commands.flatMap((command) => [
    `complete -c volley -n __fish_use_subcommand -a ${command.name()} -d ${quoted(command.description())}`,
    ...optionsOf(command).map(
      ({ long, description, flags }) =>
        `complete -c volley -n '__fish_seen_subcommand_from ${command.name()}' -l ${long?.slice(2)} ${/[<[]/.test(flags) ? '-r ' : ''}-d ${quoted(description)}`,
    ),
  ])
  return `# volley completion fish: write it into ~/.config/fish/completions/volley.fish\n${lines.join('\n')}\n`
}
