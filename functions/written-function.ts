// What can be told of a function by how it was written.

/** Whether it is written as a class. */
export const isWrittenAsClass = (fn: object): boolean => /^class\b/.test(Function.prototype.toString.call(fn))

/** What messages call it. */
export const nameOfFunction = ({ name }: { readonly name: string }): string => (name === '' ? 'anonymous' : name)
