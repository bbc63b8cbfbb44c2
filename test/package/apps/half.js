/** @param {number} n */
export const half = (n) => n / 2
