// The page docs/reference/metrics.md, made of the table of metrics by `npm run generate`.

import { definitions } from './definitions.ts'
import type { Definition } from './registry.ts'

/** The page, in Markdown. */
export function metricsPage(): string {
  return `${[...introduction, ...Object.values<Definition>(definitions).map(rowOf)].join('\n')}\n`
}

const introduction = [
  '# Metrics',
  '',
  'What `GET /metrics` answers, in the text format of Prometheus, made from `api/metrics/definitions.ts` by `npm run generate`. It takes a token with the scope `metrics:read`, which allows nothing else;',
  '[guide/operations.md](../guide/operations.md) shows how to scrape it and what to watch. No label has ids, addresses, tokens or texts of users.',
  '',
  '| metric | type | labels | meaning |',
  '| --- | --- | --- | --- |',
]

const rowOf = ({ name, type, labels = [], help }: Definition): string =>
  `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${help} |`
