// The page docs/reference/configuration.md, made of the table of settings by `npm run generate`.

import { defaultOf } from './serve-options.ts'
import { flagOf, type Setting, settingEntries, variableOf } from './settings.ts'

/** The page, in Markdown. */
export function configurationPage(): string {
  return `${[...introduction, ...settingEntries.map(([name, setting]) => rowOf(name, setting))].join('\n')}\n`
}

const introduction = [
  '# Configuration',
  '',
  'All settings of `volley serve`, made from `api/config/settings.ts` by `npm run generate`. Each is a flag, a variable of the environment and a key of a config file. A flag goes before a variable, a',
  'variable before the config file, that before the default.',
  '',
  '- `--config FILE` or `VOLLEY_CONFIG` names the config file, a JSON object; there is none by default. A key that is no setting is refused. Paths in it are relative to its directory, others to the',
  '  working directory.',
  '- `--print-config` prints what the settings come to as such a file, without secrets, and starts nothing.',
  '- A flag that may be repeated is an array in JSON, or an object where it is `name=…`; its variable holds several values as `PATH` does.',
  '- Switches are `true` or `false` in JSON and in variables. Seconds may have a fraction. Bytes may be texts with a unit: `64MiB`.',
  '',
  '```json',
  '{ "port": 8080, "dataRoot": ["data"], "table": { "flights": "data/flights.parquet" }, "drain": 60 }',
  '```',
  '',
  '| flag | key | variable | default | meaning |',
  '| --- | --- | --- | --- | --- |',
]

function rowOf(name: string, setting: Setting): string {
  const { kind, placeholder, help, isOfTheCall, hasNoVariable } = setting
  const cells = [
    `\`${flagOf(name)}\`${kind.flag === 'switch' ? '' : ` \`<${placeholder}>\``}${kind.flag === 'repeated' ? ', repeatable' : ''}`,
    isOfTheCall === true ? '' : `\`${name}\``,
    hasNoVariable === true ? '' : `\`${variableOf(name)}\``,
    defaultOf(setting) ?? (kind.flag === 'switch' ? 'no' : ''),
    kind.wanted.startsWith('one of ') ? `${help}: ${kind.wanted}` : help,
  ]
  return `| ${cells.join(' | ')} |`
}
