// Attacks from within a caged worker, as functions of somebody hostile. What the cage does not stop is in docs/security.md.

import childProcess from 'node:child_process'
import cluster from 'node:cluster'
import crypto from 'node:crypto'
import fs from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import inspector from 'node:inspector'
import module from 'node:module'
import os, { tmpdir } from 'node:os'
import { join } from 'node:path'
import v8 from 'node:v8'
import { WASI } from 'node:wasi'
import workerThreads from 'node:worker_threads'
import t, { type Test } from 'tap'
import { type CageOptions, WorkerPool } from 'volley'

t.setTimeout(120_000)

/** A directory for a test, by its real path. */
async function directoryOf(t: Test): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'volley-cage-')))
  t.teardown(() => rm(directory, { recursive: true, force: true }))
  return directory
}

function cagedPool(t: Test, cage: true | CageOptions): WorkerPool {
  const pool = WorkerPool.fork({ workers: 1, cage })
  t.teardown(() => pool.close())
  return pool
}

/** Something of the process that its types do not tell. */
declare global {
  namespace NodeJS {
    interface Process {
      binding(name: string): unknown
      _linkedBinding(name: string): unknown
      _kill(pid: unknown, signal: number): unknown
      _debugProcess(pid: number): void
    }
  }
}

const { secret, place } = { secret: '/etc/passwd', place: '/tmp/volley-was-here' }

/** Each must throw ERR_ACCESS_DENIED. */
const attacks: Readonly<Record<string, () => unknown>> = {
  'reads a file': () => fs.readFileSync(secret),
  'reads a file by descriptor': () => fs.readSync(fs.openSync(secret, 'r'), Buffer.alloc(1)),
  'reads a file by promise': () => fs.promises.readFile(secret),
  'reads a file as a stream': () => fs.createReadStream(secret).toArray(),
  'reads a file by a path of bytes': () => fs.readFileSync(Buffer.from(secret)),
  'reads a file by way of its own directory': () => fs.readFileSync(`${process.env.TMPDIR}/../../..${secret}`),
  'reads a file as a module': () => module.createRequire('/')(secret),
  'reads a file as variables': () => process.loadEnvFile(secret),
  'copies a file': () => fs.cpSync(secret, `${process.env.TMPDIR}/copy`),
  'lists a directory': () => fs.readdirSync('/'),
  'watches a directory': () => fs.watch('/etc').close(),
  'reads the environment of its parent': () => fs.readFileSync(`/proc/${process.ppid}/environ`),
  'reads the memory of its parent': () => fs.openSync(`/proc/${process.ppid}/mem`, 'r'),
  'reads the command lines of others': () => fs.readFileSync('/proc/1/cmdline'),
  'reads the directories of other workers': () => fs.readdirSync(`${process.env.TMPDIR}/..`),
  'writes a file': () => fs.writeFileSync(place, 'x'),
  'makes a directory': () => fs.mkdirSync(place),
  'removes a file': () => fs.rmSync(place),
  'replaces its own modules': () => fs.writeFileSync(String(process.argv[1]), ''),
  'links to a file': () => fs.symlinkSync(secret, `${process.env.TMPDIR}/link`),
  'hard-links a file': () => fs.linkSync(secret, `${process.env.TMPDIR}/link`),
  'changes the mode of a descriptor': () => fs.fchmodSync(1, 0o777),
  'changes its directory': () => process.chdir('/'),
  'starts a process': () => childProcess.spawnSync('true'),
  'starts a detached process': () => childProcess.spawn('sleep', ['60'], { detached: true }),
  'forks itself': () => cluster.fork(),
  'starts a thread': () => new workerThreads.Worker('', { eval: true }),
  'starts WASI': () => new WASI({ version: 'preview1' }),
  'opens an inspector': () => inspector.open(0),
  'debugs itself': () => new inspector.Session().connect(),
  "gets at Node's insides": () => process.binding('fs'),
  "gets at an application's insides": () => process._linkedBinding('fs'),
  'writes a heap snapshot': () => v8.writeHeapSnapshot(place),
  'writes a report': () => process.report.writeReport(place),
  'ends its parent': () => process.kill(process.ppid, 'SIGKILL'),
  "ends its parent by Node's own function": () => process._kill(process.ppid, 9),
  'ends the process group of its parent': () => process.kill(-process.ppid, 'SIGKILL'),
  'ends another process by a number that changes': () => {
    let asked = 0
    process._kill({ valueOf: () => (asked++ === 0 ? process.pid : process.ppid) }, 0)
    throw Object.assign(new Error('it was asked once, and is its own'), { code: 'ERR_ACCESS_DENIED' })
  },
  'opens the inspector of its parent': () => process._debugProcess(process.ppid),
  'slows its parent down': () => os.setPriority(process.ppid, 19),
}

t.test('a caged function is refused what is not its own', async (t) => {
  const pool = cagedPool(t, true)
  for (const [title, attack] of Object.entries(attacks)) {
    const refused = async (attack: () => unknown): Promise<string> => {
      try {
        await attack()
        return 'nothing stopped it'
      } catch (error) {
        return (error as NodeJS.ErrnoException).code ?? String(error)
      }
    }
    t.match(await pool.run(refused, attack), /^ERR_ACCESS_DENIED$/, title)
  }
  t.notOk(fs.existsSync(place), 'nothing was written')
})

t.test('what a caged function replaces does not get it what is locked away', async (t) => {
  const pool = cagedPool(t, true)
  const got = await pool.runWith({ isolation: 'job' }, () => {
    const seen: string[] = []
    const { apply } = Reflect
    const spy = (call: () => unknown, self: unknown, args: unknown[]): unknown => {
      seen.push(String(call))
      return apply(call, self, args)
    }
    Reflect.set(Reflect, 'apply', spy)
    process.kill(process.pid, 0)
    Reflect.apply = apply
    return seen
  })
  t.strictSame(got, [])
})

t.test('addons, engines and databases are not there', async (t) => {
  const pool = cagedPool(t, true)
  const codes = await pool.run(() => {
    const codeOf = (call: () => unknown): unknown => {
      try {
        return call()
      } catch (error) {
        return (error as NodeJS.ErrnoException).code
      }
    }
    return [
      codeOf(() => process.dlopen({ exports: {} }, '/nowhere.node')),
      codeOf(() => crypto.setEngine('/nowhere.so')),
      codeOf(() => process.getBuiltinModule('node:sqlite')) === undefined,
    ]
  })
  t.strictSame(codes, ['ERR_DLOPEN_DISABLED', 'ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED', true])
})

t.test('a caged function has a directory of its own, an empty environment and no descriptors of ours', async (t) => {
  process.env.VOLLEY_SECRET = 'of the parent'
  t.teardown(() => delete process.env.VOLLEY_SECRET)
  const pool = cagedPool(t, true)
  const { directory, text, variables, descriptors } = await pool.run(() => {
    const own = String(process.env.TMPDIR)
    fs.writeFileSync(`${own}/note`, 'mine')
    const isOpen = (fd: number): boolean => {
      try {
        fs.fstatSync(fd)
        return true
      } catch {
        return false
      }
    }
    return {
      directory: own,
      text: fs.readFileSync(`${own}/note`, 'utf8'),
      variables: Object.keys(process.env),
      descriptors: Array.from({ length: 6 }, (_, fd) => fd).filter(isOpen),
    }
  })
  t.equal(text, 'mine')
  const allowed = ['TMPDIR', 'TEMP', 'TMP', 'PATH', 'TZ', 'LANG', 'LC_ALL', 'SystemRoot', 'VOLLEY_WORKER']
  t.strictSame(
    variables.filter((name) => !allowed.includes(name)),
    [],
  )
  t.strictSame(descriptors, [0, 1, 2, 3, 4, 5])
  t.ok(fs.existsSync(directory))
  await pool.close()
  t.notOk(fs.existsSync(directory), 'its directory is removed with it')
})

t.test('places that are given can be used, and nothing beside them', async (t) => {
  const directory = await directoryOf(t)
  for (const name of ['data', 'data-of-others', 'out']) await mkdir(join(directory, name))
  await writeFile(join(directory, 'data/a'), 'a')
  await writeFile(join(directory, 'data-of-others/b'), 'b')
  const pool = cagedPool(t, { read: [join(directory, 'data')], write: [join(directory, 'out')] })
  const read = (path: string): string => fs.readFileSync(path, 'utf8')
  const write = (path: string): string => {
    fs.writeFileSync(path, 'x')
    return fs.readFileSync(path, 'utf8')
  }
  t.equal(await pool.run(read, join(directory, 'data/a')), 'a')
  t.equal(await pool.run(write, join(directory, 'out/c')), 'x')
  const refused = { code: 'udf_failed', message: /Access to this API has been restricted/ }
  await t.rejects(pool.run(read, join(directory, 'data-of-others/b')), refused)
  await t.rejects(pool.run(write, join(directory, 'data/c')), refused)
})

t.test('a place that a cage cannot have is refused at the door', async (t) => {
  const fork = (cage: unknown) => () => WorkerPool.fork({ workers: 1, cage: cage as CageOptions })
  t.throws(fork({ read: ['/nowhere/at/all'] }), { code: 'invalid_argument', message: /there is no such file/ })
  t.throws(fork({ write: ['/tmp/*'] }), { code: 'invalid_argument', message: /would allow more than that path/ })
  t.throws(fork({ reads: [] }), { code: 'invalid_argument', message: /Did you mean "read"/ })
  t.throws(fork('on'), { code: 'invalid_argument', message: /it is true, false or an object/ })
})
