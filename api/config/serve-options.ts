// The settings as options of the command line. Their values stay texts: read-settings.ts checks them, whether they come
// from flags, variables or a file.

import { Option } from 'commander'
import { flagOf, type Setting, settingEntries, variableOf } from './settings.ts'

/** Those of `volley serve`, in the order of the help. */
export function serveOptions(): readonly Option[] {
  return settingEntries.map(([name, setting]) => optionOf(name, setting))
}

function optionOf(name: string, setting: Setting): Option {
  const { kind, placeholder, hasNoVariable } = setting
  const flags = kind.flag === 'switch' ? flagOf(name) : `${flagOf(name)} <${placeholder}>`
  const notes = [
    ...(kind.flag === 'repeated' ? ['repeatable'] : []),
    ...(defaultOf(setting) === undefined ? [] : [`default: ${defaultOf(setting)}`]),
    ...(hasNoVariable === true ? [] : [`env: ${variableOf(name)}`]),
  ]
  const option = new Option(flags, `${setting.help} (${notes.join(', ')})`)
  if (kind.flag !== 'repeated') return option
  return option
    .default([] as readonly string[], 'none')
    .argParser((value: string, before: readonly string[]) => [...before, value])
}

/** The default as help and the reference tell it. */
export function defaultOf({ kind, default: value, defaultText }: Setting): string | undefined {
  if (value === undefined) return defaultText
  return String(kind.toJson === undefined ? value : kind.toJson(value))
}
