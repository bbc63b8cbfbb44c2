// What a worker started and left in a process group or session of its own, so that the end of its group does not reach
// it. Such a process is known by its environment, which names the worker's directory for temporary files.

import { readdir, readFile } from 'node:fs/promises'

/** Kills the processes that were started in a worker whose directory for temporary files was `scratch`. Linux only. */
export async function killLeftovers(scratch: string): Promise<void> {
  if (process.platform !== 'linux') return
  // Any of them may start another while they are looked for.
  for (let round = 0; round < maxRounds; round += 1) {
    const found = await startedIn(scratch)
    if (found.length === 0) return
    for (const pid of found) kill(pid)
  }
}

const maxRounds = 10

async function startedIn(scratch: string): Promise<readonly number[]> {
  const mark = `TMPDIR=${scratch}\0`
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const found = pids.map(async (pid) => {
    // Not readable: another user's, or on its way out.
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
    return environment.startsWith(mark) || environment.includes(`\0${mark}`) ? [pid] : []
  })
  return (await Promise.all(found)).flat()
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {}
}
