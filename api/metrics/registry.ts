// Numbers by name and labels, and their text in Prometheus' exposition format. It knows no metric: definitions.ts has
// them all, so that a name can neither be misspelt nor be missing from the reference page.

/** What a metric is. */
export interface Definition {
  /** Without a prefix only where Prometheus has a name for it already, such as `process_cpu_seconds_total`. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  /** Each with few values: never ids, addresses or texts of users. */
  readonly labels?: readonly string[]
  /** Upper bounds of a histogram's buckets, ascending. */
  readonly buckets?: readonly number[]
}

/** A number as it is read when somebody asks, with the values of its labels. */
export type Sample = readonly [value: number, ...labels: string[]]

interface Series {
  readonly labels: readonly string[]
  /** Of a histogram the sum of what was observed. */
  value: number
  /** How often each bucket was the first that had room; one more for what is beyond the last. */
  readonly counts: number[]
}

export class Registry<Name extends string> {
  readonly #definitions: Readonly<Record<Name, Definition>>
  readonly #series: ReadonlyMap<Name, Map<string, Series>>
  readonly #readers = new Map<Name, () => readonly Sample[]>()

  constructor(definitions: Readonly<Record<Name, Definition>>) {
    this.#definitions = definitions
    this.#series = new Map(namesOf(definitions).map((name) => [name, new Map()]))
    // What has no labels is there from the beginning: a counter that appears with its first count has no rate.
    for (const name of namesOf(definitions)) if (definitions[name].labels === undefined) this.#seriesOf(name, [])
  }

  /** Counts. @param labels - The values of the metric's labels, in their order. */
  add(name: Name, labels: readonly string[] = [], amount = 1): void {
    this.#seriesOf(name, labels).value += amount
  }

  /** Puts a value into a histogram. */
  observe(name: Name, value: number, labels: readonly string[] = []): void {
    const { buckets = [] } = this.#definitions[name]
    const series = this.#seriesOf(name, labels)
    const bucket = buckets.findIndex((bound) => value <= bound)
    const at = bucket < 0 ? buckets.length : bucket
    series.counts[at] = (series.counts[at] ?? 0) + 1
    series.value += value
  }

  /** From now on the metric is what `read` says when somebody asks. */
  onRead(name: Name, read: () => readonly Sample[]): void {
    this.#readers.set(name, read)
  }

  /** @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string {
    return namesOf(this.#definitions)
      .flatMap((name) => {
        const { name: shown, type, help } = this.#definitions[name]
        return [`# HELP ${shown} ${escapeHelp(help)}`, `# TYPE ${shown} ${type}`, ...this.#lines(name)]
      })
      .map((line) => `${line}\n`)
      .join('')
  }

  #lines(key: Name): readonly string[] {
    const { name, labels: names = [], buckets } = this.#definitions[key]
    const read = this.#readers.get(key)
    if (read !== undefined) return read().map(([value, ...labels]) => lineOf(name, names, labels, value))
    const all = [...(this.#series.get(key)?.values() ?? [])]
    if (buckets === undefined) return all.map(({ labels, value }) => lineOf(name, names, labels, value))
    return all.flatMap(({ labels, value, counts }) => {
      let count = 0
      const lines = [...buckets, Number.POSITIVE_INFINITY].map((bound, at) => {
        count += counts[at] ?? 0
        return lineOf(`${name}_bucket`, [...names, 'le'], [...labels, textOf(bound)], count)
      })
      return [...lines, lineOf(`${name}_sum`, names, labels, value), lineOf(`${name}_count`, names, labels, count)]
    })
  }

  #seriesOf(name: Name, labels: readonly string[]): Series {
    const key = labels.join('\0')
    const all = this.#series.get(name)
    const series = all?.get(key) ?? { labels, value: 0, counts: [] }
    all?.set(key, series)
    return series
  }
}

const namesOf = <Name extends string>(definitions: Readonly<Record<Name, Definition>>): readonly Name[] =>
  Object.keys(definitions) as Name[]

function lineOf(name: string, labelNames: readonly string[], labels: readonly string[], value: number): string {
  const pairs = labelNames.map((label, at) => `${label}="${escapeLabel(labels[at] ?? '')}"`)
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${textOf(value)}`
}

const textOf = (value: number): string => (value === Number.POSITIVE_INFINITY ? '+Inf' : String(value))
const escapeHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')
const escapeLabel = (text: string): string => escapeHelp(text).replaceAll('"', '\\"')
