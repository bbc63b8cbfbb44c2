// biome-ignore-all lint/complexity/noStaticOnlyClass: the static side of classes is tested
// biome-ignore-all lint/complexity/noThisInStatic: so are super and this in static methods

import t from 'tap'
import { captureClosure } from '../../../../runtime/codec/closure/index.ts'
import { Base } from './fixtures/library.ts'
import { refusalOf, startReviver } from './fixtures/ship.ts'

// Cases 16 to 26: classes, their members, their parents, their instances.

t.setTimeout(120_000)
const reviver = startReviver()
t.teardown(() => reviver.close())

const unit = 10

t.test('captureClosure() ships classes with fields, as accumulators have them', async (t) => {
  class Sum {
    total = 0
    readonly seen: number[] = []
    scale = unit
    add(n: number) {
      this.total += n * this.scale
      this.seen.push(n)
      return this
    }
  }
  const run = () => [new Sum().add(1).add(2).total, new Sum().add(5).seen]
  t.strictSame(await reviver.call(run), [30, [5]])
})

t.test(
  'captureClosure() ships private fields, methods and accessors, static ones with their present value',
  async (t) => {
    class Vault {
      static #opened = 0
      static #label = { text: 'a' }
      #code = unit
      #check(code: number) {
        Vault.#opened += 1
        return code === this.#code
      }
      get #secret() {
        return this.#code + 1
      }
      open(code: number) {
        return this.#check(code) ? this.#secret : Vault.#label.text
      }
      static opened() {
        return Vault.#opened
      }
    }
    new Vault().open(1)
    const run = () => [new Vault().open(unit), new Vault().open(0), Vault.opened()]
    t.strictSame(await reviver.call(run), [11, 'a', 3])
  },
)

t.test('captureClosure() ships inheritance with super in instance and static methods', async (t) => {
  class Animal {
    name: string
    constructor(name: string) {
      this.name = name
    }
    speak() {
      return `${this.name} makes a sound`
    }
    static create(name: string) {
      return new this(name)
    }
  }
  class Dog extends Animal {
    override speak() {
      return `${super.speak()}: woof`
    }
    static override create(name: string) {
      return super.create(name.toUpperCase())
    }
  }
  class Puppy extends Dog {}
  const run = () => [
    Puppy.create('rex').speak(),
    new Puppy('x') instanceof Animal,
    Object.getPrototypeOf(Dog) === Animal,
  ]
  t.strictSame(await reviver.call(run), ['REX makes a sound: woof', true, true])
})

t.test('captureClosure() ships a class and the superclass that makes it', async (t) => {
  class Shape {
    static square(size: number): Shape {
      return new Square(size)
    }
    area() {
      return 0
    }
  }
  class Square extends Shape {
    size: number
    constructor(size: number) {
      super()
      this.size = size
    }
    override area() {
      return this.size ** 2 + super.area()
    }
  }
  t.equal(await reviver.call(() => Shape.square(3).area()), 9)
  t.equal(await reviver.call(() => new Square(4).area()), 16)
})

t.test('captureClosure() ships a class that extends an imported one', async (t) => {
  class Child extends Base {
    override greet() {
      return `${super.greet()} from the child`
    }
  }
  const run = () => [new Child().greet(), new Child() instanceof Base]
  t.strictSame(await reviver.call(run), ['hello from the child', true])
})

t.test('captureClosure() ships classes that extend Map and Error', async (t) => {
  class Counts extends Map<string, number> {
    add(key: string) {
      return this.set(key, (this.get(key) ?? 0) + 1)
    }
  }
  class OutOfRange extends RangeError {
    override name = 'OutOfRange'
    limit = unit
  }
  const counts = new Counts().add('a').add('a')
  const error = new OutOfRange('too far')
  const run = () => [
    new Counts().add('x').get('x'),
    counts.add('a').get('a'),
    counts instanceof Counts,
    error instanceof OutOfRange && error instanceof RangeError,
    `${error}`,
    error.limit,
  ]
  t.strictSame(await reviver.call(run), [1, 3, true, true, 'OutOfRange: too far', 10])
})

t.test('captureClosure() ships a static value that changed after the class was defined', async (t) => {
  class Config {
    static level = 1
    static options: Record<string, number> = { a: 1 }
  }
  Config.level = 7
  Config.options.b = 2
  t.strictSame(await reviver.call(() => [Config.level, Config.options]), [7, { a: 1, b: 2 }])
})

t.test('captureClosure() does not run static blocks and static fields again', async (t) => {
  const runs: string[] = []
  class Once {
    static field = runs.push('field')
    static {
      runs.push('block')
      Once.field += 10
    }
    static method() {
      return Once.field
    }
  }
  t.strictSame(await reviver.call(() => [Once.method(), runs]), [11, ['field', 'block']])
})

t.test('captureClosure() ships a class that refers to itself', async (t) => {
  class Node {
    static readonly empty = new Node(0)
    value: number
    constructor(value: number) {
      this.value = value
    }
    next() {
      return new Node(this.value + 1)
    }
  }
  const run = () => [Node.empty.next() instanceof Node, Node.empty.next().value, Node.empty instanceof Node]
  t.strictSame(await reviver.call(run), [true, 1, true])
})

t.test('captureClosure() ships members that were replaced, added or deleted after the definition', async (t) => {
  class Patched {
    keep() {
      return 'kept'
    }
    replace() {
      return 'old'
    }
    remove() {
      return 'there'
    }
    static make() {
      return 'old static'
    }
  }
  Patched.prototype.replace = () => `new ${unit}`
  Reflect.deleteProperty(Patched.prototype, 'remove')
  Reflect.set(Patched.prototype, 'added', () => 'added')
  Patched.make = () => 'new static'
  const run = () => {
    const object: Patched & { added?(): string } = new Patched()
    return [object.keep(), object.replace(), 'remove' in object, object.added?.(), Patched.make()]
  }
  t.strictSame(await reviver.call(run), ['kept', 'new 10', false, 'added', 'new static'])
})

t.test('captureClosure() ships instances, cyclic ones too', async (t) => {
  class Person {
    name: string
    friends: Person[] = []
    constructor(name: string) {
      this.name = name
    }
    names() {
      return this.friends.map((friend) => friend.name).join()
    }
  }
  const [ann, bob] = [new Person('ann'), new Person('bob')]
  ann.friends.push(bob, ann)
  bob.friends.push(ann)
  const run = () => [ann.names(), ann.friends[1] === ann, bob.friends[0] === ann, bob instanceof Person]
  t.strictSame(await reviver.call(run), ['bob,ann', true, true, true])
})

t.test('captureClosure() ships classes with computed member names', async (t) => {
  const names = Object.freeze({ method: 'run', field: Symbol('field') })
  class Computed {
    [names.field] = unit;
    [names.method]() {
      return this[names.field]
    }
    static get [`${names.method}Static`]() {
      return 'static'
    }
  }
  const run = () => [Reflect.get(new Computed(), 'run').call(new Computed()), Reflect.get(Computed, 'runStatic')]
  t.strictSame(await reviver.call(run), [10, 'static'])
})

t.test('captureClosure() refuses a field name that is computed from what it cannot see or not make in time', (t) => {
  const tools = { key: () => 'name' }
  class Computed {
    // @ts-expect-error -- the name is not a constant
    [tools.key()] = 1
  }
  class Seen {
    // @ts-expect-error -- the name is not a constant
    [tools.key()] = tools.key()
  }
  t.equal(refusalOf(Computed).code, 'closure_computed_key')
  t.equal(refusalOf(Seen).code, 'closure_computed_key')
  t.end()
})

t.test('captureClosure() names the class it refuses', (t) => {
  class Locked {
    #key = 1
    read() {
      return this.#key
    }
  }
  const locked = new Locked()
  const { code, message, path } = refusalOf(() => locked.read(), { label: 'peek' })
  t.equal(code, 'closure_private_state')
  t.match(message, /^Cannot ship function "peek": captured "locked" is an instance of Locked, whose #private state/)
  t.strictSame(path, ['locked'])
  t.equal(captureClosure(Locked).report.length, 0, 'the class itself travels')
  t.end()
})
