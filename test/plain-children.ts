// Preloaded by every test: child processes are started as they are in production. tap has each load modules of its own,
// which a worker in a cage may not read, and which cost every other one a part of its start.

const state: unknown = Reflect.get(globalThis, Symbol.for('process-on-spawn@*:singletonId'))
if (typeof state === 'object' && state !== null && 'unwrap' in state && typeof state.unwrap === 'function') {
  state.unwrap()
}
// Its environment is that of their parent, this process.
delete process.env.NODE_OPTIONS
