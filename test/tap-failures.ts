// What failed, out of the TAP that one test file wrote.

/** Each failed assertion, behind the names of the tests it stands in. */
export function failuresIn(tap: string): readonly string[] {
  const failures: string[] = []
  /** The tests that are open, and how many failures there were when they began. */
  const open: { readonly name: string; readonly before: number }[] = []
  /** tap tells of a test that ran out of time twice. */
  const told = new Set<string>()
  // What is between --- and ... are details, which may hold any text.
  for (const line of tap.replaceAll(/^( +)---\n[\s\S]*?^\1\.\.\.$/gm, '').split('\n')) {
    const [, indent = '', comment, name = '', result, text = ''] =
      /^( *)(?:(# Subtest: )(.*)|((?:not )?ok) \d+(?: - (.*))?)$/.exec(line) ?? []
    const depth = indent.length / 4
    if (comment !== undefined) open.splice(depth, open.length, { name, before: failures.length })
    if (result === undefined) continue
    const said = text.replace(/ # time=.*$/, '')
    const path = [...open.slice(0, depth).map((test) => test.name), said].join(' > ')
    // A test's own line comes after those of its assertions.
    const isExplained = open[depth]?.name === said && open[depth].before < failures.length
    open.splice(depth)
    if (result === 'ok' || told.has(path) || / # (?:SKIP|TODO)\b/i.test(said)) continue
    told.add(path)
    if (!isExplained) failures.push(path)
  }
  if (failures.length > 0 || /^1\.\.\d+/m.test(tap)) return failures
  return ['ended before it had run its tests']
}
