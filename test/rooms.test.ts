// The order of the rooms, read from the imports themselves. Lint walls (biome.json) refuse each single arrow that runs up;
// this holds what no single wall sees: that the rooms form no circle, that none is without a wall, and that runtime/ has
// no front hall of loose files again.

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = ['functions', 'runtime', 'api'].flatMap((place) => globSync(`${place}/**/*.ts`, { cwd: root })).toSorted()
const imported = /(?:\bfrom|\bimport)\s*\(?\s*'(\.\.?\/[^']+)'/g

/** What a file imports, types included. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  return [...text.matchAll(imported)]
    .map(([, specifier = '']) => normalize(join(dirname(file), specifier)))
    .filter((path) => existsSync(join(root, path)) && path.endsWith('.ts'))
}

/** The folder below functions/, runtime/ or api/ that a file stands in; loose files are rooms of their own. */
const roomOf = (file: string): string => file.split('/').slice(0, 2).join('/')

/** A circle of arrows, if there is one, as the names along it. */
function circleIn(arrows: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const finished = new Set<string>()
  const path: string[] = []
  const visit = (name: string): string[] => {
    if (finished.has(name)) return []
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    path.push(name)
    for (const next of arrows.get(name) ?? []) {
      const circle = visit(next)
      if (circle.length > 0) return circle
    }
    path.pop()
    finished.add(name)
    return []
  }
  for (const name of arrows.keys()) {
    const circle = visit(name)
    if (circle.length > 0) return circle
  }
  return []
}

const fileArrows = new Map(files.map((file) => [file, new Set(importsOf(file))]))
const roomArrows = new Map<string, Set<string>>()
for (const [file, targets] of fileArrows) {
  for (const target of targets) {
    const [from, to] = [roomOf(file), roomOf(target)]
    if (from !== to) roomArrows.set(from, (roomArrows.get(from) ?? new Set()).add(to))
  }
}

t.test('no circle runs through files, type-only imports included', async (t) => {
  t.ok(files.length > 300)
  t.strictSame(circleIn(fileArrows), [])
})

t.test('no circle runs through rooms', async (t) => {
  t.ok(roomArrows.size > 20)
  t.strictSame(circleIn(roomArrows), [])
})

t.test('circleIn() finds a circle', async (t) => {
  const arrows = new Map(Object.entries({ a: new Set(['b']), b: new Set(['c', 'd']), d: new Set(['b']) }))
  t.strictSame(circleIn(arrows), ['b', 'd', 'b'])
})

t.test('runtime/ has at most four loose files', async (t) => {
  const loose = files.filter((file) => /^runtime\/[^/]+$/.test(file))
  t.ok(loose.length <= 4, `loose files: ${loose.join(', ')}`)
})

t.test('every room has a wall, and walls name rooms that exist', async (t) => {
  const { overrides } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as {
    readonly overrides: readonly { readonly includes: readonly string[] }[]
  }
  const walled = new Set(overrides.flatMap(({ includes }) => includes))
  const rooms = new Set(files.map(roomOf).filter((room) => !room.endsWith('.ts')))
  const isWalled = (room: string): boolean =>
    [...walled].some((glob) => glob === `${room}/**` || glob === `${room}/*.ts` || glob === `${room.split('/')[0]}/**`)
  t.strictSame(
    [...rooms].filter((room) => !isWalled(room)),
    [],
  )
  const missing = [...walled]
    .filter((glob) => /^(functions|runtime)\//.test(glob))
    .filter((glob) => {
      const folder = glob.replace(/\/\*.*$/, '')
      return !existsSync(join(root, folder))
    })
  t.strictSame(missing, [])
})
