// Prometheus' text format, read as strictly as `promtool check metrics` reads it.

/** A metric with its samples: the name and labels of each as they stand there, and the value. */
export interface Family {
  readonly type: string
  readonly help: string
  readonly samples: ReadonlyMap<string, number>
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)$/

/** @throws For whatever breaks a rule of the format, or of how metrics are named. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Family & { readonly samples: Map<string, number> }>()
  let help = ''
  for (const row of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(row) ?? []
    if (kind === 'HELP') help = rest
    else if (kind === 'TYPE') {
      if (families.has(name)) throw new Error(`${name} is there twice`)
      families.set(name, { type: rest, help, samples: new Map() })
    } else {
      const [, sample = '', labels = '', value = ''] = line.exec(row) ?? []
      const [family, { type = '', samples = new Map() } = {}] = [...families].at(-1) ?? []
      const suffix = sample.slice(family?.length)
      const suffixes = type === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
      if (family === undefined || !sample.startsWith(family) || !suffixes.includes(suffix))
        throw new Error(`misplaced: ${row}`)
      if (value !== '+Inf' && !Number.isFinite(Number(value))) throw new Error(`not a number: ${row}`)
      if (samples.has(`${sample}{${labels}}`)) throw new Error(`twice: ${row}`)
      samples.set(`${sample}{${labels}}`, Number(value))
    }
  }
  for (const [name, family] of families) checkFamily(name, family)
  return families
}

function checkFamily(name: string, { type, help, samples }: Family): void {
  if (help === '') throw new Error(`${name} has no help`)
  if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`)
  if (/_(ms|milliseconds|minutes|kb|mb|percent)(_|$)/.test(name)) throw new Error(`${name} has no base unit`)
  if (type !== 'histogram') return
  const buckets = [...samples].filter(([sample]) => sample.startsWith(`${name}_bucket`))
  const series = Map.groupBy(buckets, ([sample]) => sample.replace(/,?le="[^"]*"/, ''))
  for (const [key, all] of series) {
    const counts = all.map(([, count]) => count)
    if (counts.some((count, i) => i > 0 && count < (counts[i - 1] ?? 0))) throw new Error(`${key} falls`)
    if (all.at(-1)?.[0].includes('le="+Inf"') !== true) throw new Error(`${key} has no end`)
    if (samples.get(key.replace('_bucket', '_count')) !== counts.at(-1)) throw new Error(`${key} has another count`)
  }
}
