// Made by `npm run generate` from the catalogue: the builders of the functions namespace, as the type checker knows them.

import type { Expr, Operand } from '../expr/expr.ts'

/** The built-ins as builders of expressions, by their names in camelCase. */
export interface Builders {
  /** The absolute value. */
  readonly abs: (number: Operand) => Expr
  /** The arc cosine, in radians. */
  readonly acos: (number: Operand) => Expr
  /** The inverse of the hyperbolic cosine. */
  readonly acosh: (number: Operand) => Expr
  /** A value that is not null, at present the first; null when there are none. */
  readonly anyValue: (value: Operand) => Expr
  /** The approximate number of distinct values, within one per cent; exact for few values. */
  readonly approxDistinct: (value: Operand) => Expr
  /** The approximate median, by a t-digest; exact for few values. */
  readonly approxMedian: (number: Operand) => Expr
  /** The approximate value below which a given fraction of the values lies, by a t-digest; exact for few values. */
  readonly approxPercentileCont: (number: Operand, percentile: Operand, centroids?: Operand) => Expr
  /** The approximate value below which a given fraction of the weight lies, by a t-digest. */
  readonly approxPercentileContWithWeight: (
    number: Operand,
    weight: Operand,
    percentile: Operand,
    centroids?: Operand,
  ) => Expr
  /** The values as a list, nulls included; null when there are no rows. */
  readonly arrayAgg: (value: Operand) => Expr
  /** The first element that is not null. */
  readonly arrayAnyValue: (list: Operand) => Expr
  /** The list with an element at its end; a null list counts as empty. */
  readonly arrayAppend: (list: Operand, element: Operand) => Expr
  /** The lists one after another; null lists are left out. */
  readonly arrayCat: (...lists: readonly Operand[]) => Expr
  /** The elements that are not null. */
  readonly arrayCompact: (list: Operand) => Expr
  /** The lists one after another; null lists are left out. */
  readonly arrayConcat: (...lists: readonly Operand[]) => Expr
  /** Whether a list contains an element. */
  readonly arrayContains: (list: Operand, element: Operand) => Expr
  /** The lengths of a list, of the first list in it, and so on for each level; null for the empty list. */
  readonly arrayDims: (list: Operand) => Expr
  /** The Euclidean distance between two vectors. */
  readonly arrayDistance: (a: Operand, b: Operand) => Expr
  /** Each element once, in order of first appearance. */
  readonly arrayDistinct: (list: Operand) => Expr
  /** The element at a position, from the end when negative; null when there is none. */
  readonly arrayElement: (list: Operand, position: Operand) => Expr
  /** Whether a list has no elements. */
  readonly arrayEmpty: (list: Operand) => Expr
  /** The elements of the first list that are not in the second, each once. */
  readonly arrayExcept: (a: Operand, b: Operand) => Expr
  /** The element at a position, from the end when negative; null when there is none. */
  readonly arrayExtract: (list: Operand, position: Operand) => Expr
  /** Whether a list contains an element. */
  readonly arrayHas: (list: Operand, element: Operand) => Expr
  /** Whether a list contains all elements of another. */
  readonly arrayHasAll: (list: Operand, elements: Operand) => Expr
  /** Whether a list contains any element of another. */
  readonly arrayHasAny: (list: Operand, elements: Operand) => Expr
  /** The first position of an element, at or after a start; null when it is not in the list. */
  readonly arrayIndexof: (list: Operand, element: Operand, start?: Operand) => Expr
  /** The elements that are in both lists, each once. */
  readonly arrayIntersect: (a: Operand, b: Operand) => Expr
  /** The elements of all levels joined by a delimiter; nulls are left out unless a text is given for them. */
  readonly arrayJoin: (list: Operand, delimiter: Operand, nullText?: Operand) => Expr
  /** The number of elements; with a dimension, that of the first list at that level. */
  readonly arrayLength: (list: Operand, dimension?: Operand) => Expr
  /** The greatest element that is not null. */
  readonly arrayMax: (list: Operand) => Expr
  /** The least element that is not null. */
  readonly arrayMin: (list: Operand) => Expr
  /** The number of levels of nested lists. */
  readonly arrayNdims: (list: Operand) => Expr
  /** The vector of the same direction and length 1; null for the zero vector. */
  readonly arrayNormalize: (vector: Operand) => Expr
  /** The list without its last element. */
  readonly arrayPopBack: (list: Operand) => Expr
  /** The list without its first element. */
  readonly arrayPopFront: (list: Operand) => Expr
  /** The first position of an element, at or after a start; null when it is not in the list. */
  readonly arrayPosition: (list: Operand, element: Operand, start?: Operand) => Expr
  /** All positions of an element. */
  readonly arrayPositions: (list: Operand, element: Operand) => Expr
  /** The list with an element at its start; a null list counts as empty. */
  readonly arrayPrepend: (element: Operand, list: Operand) => Expr
  /** The list with an element at its end; a null list counts as empty. */
  readonly arrayPushBack: (list: Operand, element: Operand) => Expr
  /** The list with an element at its start; a null list counts as empty. */
  readonly arrayPushFront: (element: Operand, list: Operand) => Expr
  /** The list without the first occurrence of an element. */
  readonly arrayRemove: (list: Operand, element: Operand) => Expr
  /** The list without any occurrence of an element. */
  readonly arrayRemoveAll: (list: Operand, element: Operand) => Expr
  /** The list without the first n occurrences of an element. */
  readonly arrayRemoveN: (list: Operand, element: Operand, n: Operand) => Expr
  /** A list of one value, repeated. */
  readonly arrayRepeat: (value: Operand, times: Operand) => Expr
  /** The list with the first occurrence of an element replaced. */
  readonly arrayReplace: (list: Operand, from: Operand, to: Operand) => Expr
  /** The list with every occurrence of an element replaced. */
  readonly arrayReplaceAll: (list: Operand, from: Operand, to: Operand) => Expr
  /** The list with the first n occurrences of an element replaced. */
  readonly arrayReplaceN: (list: Operand, from: Operand, to: Operand, n: Operand) => Expr
  /** The list cut to a length, or filled up to it with a value (null unless given). */
  readonly arrayResize: (list: Operand, length: Operand, value?: Operand) => Expr
  /** The elements from last to first. */
  readonly arrayReverse: (list: Operand) => Expr
  /** The elements from one position to another, both included; every stride-th of them. */
  readonly arraySlice: (list: Operand, from: Operand, to: Operand, stride?: Operand) => Expr
  /** The elements in order, ascending and nulls first unless said otherwise. */
  readonly arraySort: (list: Operand, argument2?: Operand, argument3?: Operand) => Expr
  /** The elements of all levels joined by a delimiter; nulls are left out unless a text is given for them. */
  readonly arrayToString: (list: Operand, delimiter: Operand, nullText?: Operand) => Expr
  /** The elements that are in either list, each once. */
  readonly arrayUnion: (a: Operand, b: Operand) => Expr
  /** Whether a list contains any element of another. */
  readonly arraysOverlap: (list: Operand, elements: Operand) => Expr
  /** The value converted to a type named as Arrow does; a value that cannot be converted is an error. */
  readonly arrowCast: (value: Operand, type: Operand) => Expr
  /** The value converted to a type named as Arrow does; a value that cannot be converted gives null. */
  readonly arrowTryCast: (value: Operand, type: Operand) => Expr
  /** The type of a value, named as Arrow does. */
  readonly arrowTypeof: (value: Operand) => Expr
  /** The Unicode code point of the first character; 0 for the empty text. */
  readonly ascii: (text: Operand) => Expr
  /** The arc sine, in radians. */
  readonly asin: (number: Operand) => Expr
  /** The inverse of the hyperbolic sine. */
  readonly asinh: (number: Operand) => Expr
  /** The arc tangent, in radians. */
  readonly atan: (number: Operand) => Expr
  /** The angle in radians of the point (x, y). */
  readonly atan2: (y: Operand, x: Operand) => Expr
  /** The inverse of the hyperbolic tangent. */
  readonly atanh: (number: Operand) => Expr
  /** The mean of the numbers or durations that are not null; null when there are none. */
  readonly avg: (number: Operand) => Expr
  /** The bits that are set in all values; null when there are none. */
  readonly bitAnd: (integer: Operand) => Expr
  /** The number of bits of the text in UTF-8. */
  readonly bitLength: (text: Operand) => Expr
  /** The bits that are set in any value; null when there are none. */
  readonly bitOr: (integer: Operand) => Expr
  /** The bits that are set in an odd number of values; null when there are none. */
  readonly bitXor: (integer: Operand) => Expr
  /** Whether all values are true; null when there are none. */
  readonly boolAnd: (boolean: Operand) => Expr
  /** Whether any value is true; null when there are none. */
  readonly boolOr: (boolean: Operand) => Expr
  /** The text without spaces, or any of the given characters, at both ends. */
  readonly btrim: (text: Operand, characters?: Operand) => Expr
  /** The number of elements of a list over all its levels, or of the entries of a map. */
  readonly cardinality: (listOrMap: Operand) => Expr
  /** The cube root. */
  readonly cbrt: (number: Operand) => Expr
  /** The least whole number that is not less than the number. */
  readonly ceil: (number: Operand) => Expr
  /** The number of characters (Unicode code points). */
  readonly charLength: (text: Operand) => Expr
  /** The number of characters (Unicode code points). */
  readonly characterLength: (text: Operand) => Expr
  /** The character of a Unicode code point. */
  readonly chr: (code: Operand) => Expr
  /** The first argument that is not null; later ones are not evaluated. */
  readonly coalesce: (...values: readonly Operand[]) => Expr
  /** The arguments written one after another; nulls are left out. */
  readonly concat: (...values: readonly Operand[]) => Expr
  /** The arguments after the first, joined by it; nulls are left out, a null separator gives null. */
  readonly concatWs: (separator: Operand, ...values: readonly Operand[]) => Expr
  /** Whether a text contains another. */
  readonly contains: (text: Operand, part: Operand) => Expr
  /** The correlation; null for fewer than two pairs, or when one side is constant or not finite. */
  readonly corr: (y: Operand, x: Operand) => Expr
  /** The cosine of an angle in radians. */
  readonly cos: (number: Operand) => Expr
  /** The hyperbolic cosine. */
  readonly cosh: (number: Operand) => Expr
  /** One minus the cosine of the angle between two vectors. */
  readonly cosineDistance: (a: Operand, b: Operand) => Expr
  /** The cotangent of an angle in radians. */
  readonly cot: (number: Operand) => Expr
  /** The number of rows, or of rows in which no argument is null. */
  readonly count: (...values: readonly Operand[]) => Expr
  /** The covariance of a sample; null for fewer than two pairs. */
  readonly covar: (y: Operand, x: Operand) => Expr
  /** The covariance of a population. */
  readonly covarPop: (y: Operand, x: Operand) => Expr
  /** The covariance of a sample; null for fewer than two pairs. */
  readonly covarSamp: (y: Operand, x: Operand) => Expr
  /** The fraction of the rows that come before this one or equal it in the sort keys. */
  readonly cumeDist: () => Expr
  /** The date on which the job was submitted, in UTC. */
  readonly currentDate: () => Expr
  /** The time of day at which the job was submitted, in UTC. */
  readonly currentTime: () => Expr
  /** The time at which the job was submitted, in nanoseconds. */
  readonly currentTimestamp: () => Expr
  /** The start of the interval that a timestamp falls into; intervals are counted from the origin, by default 1970-01-01. */
  readonly dateBin: (stretch: Operand, value: Operand, origin?: Operand) => Expr
  /** A date, time or timestamp written in a strftime format; a duration as pretty or iso8601. */
  readonly dateFormat: (value: Operand, format: Operand) => Expr
  /** A part of a date, time, timestamp, duration or interval: year, quarter, month, week, day, doy, dow (Sunday is 0), isodow (Monday is 1), hour, minute, second, millisecond, microsecond, nanosecond, epoch. */
  readonly datePart: (part: Operand, value: Operand) => Expr
  /** The start of the year, quarter, month, week (Monday), day, hour, minute, second, millisecond or microsecond that a timestamp is in, in its time zone. */
  readonly dateTrunc: (unit: Operand, value: Operand) => Expr
  /** A part of a date, time, timestamp, duration or interval: year, quarter, month, week, day, doy, dow (Sunday is 0), isodow (Monday is 1), hour, minute, second, millisecond, microsecond, nanosecond, epoch. */
  readonly datepart: (part: Operand, value: Operand) => Expr
  /** The start of the year, quarter, month, week (Monday), day, hour, minute, second, millisecond or microsecond that a timestamp is in, in its time zone. */
  readonly datetrunc: (unit: Operand, value: Operand) => Expr
  /** The bytes that hex or base64 text stands for. */
  readonly decode: (text: Operand, encoding: Operand) => Expr
  /** Converts radians to degrees. */
  readonly degrees: (number: Operand) => Expr
  /** The rank of the row, counted without gaps after ties. */
  readonly denseRank: () => Expr
  /** The digest of a text or bytes, computed with md5, sha1, sha224, sha256, sha384, sha512, blake2b, blake2s, blake3. */
  readonly digest: (value: Operand, algorithm: Operand) => Expr
  /** The inner product of two vectors. */
  readonly dotProduct: (a: Operand, b: Operand) => Expr
  /** A list with the value of a key, with null when there is none. */
  readonly elementAt: (map: Operand, key: Operand) => Expr
  /** Whether a list has no elements. */
  readonly empty: (list: Operand) => Expr
  /** Bytes, or a text as UTF-8, written as hex, base64 (without padding) or base64pad. */
  readonly encode: (value: Operand, encoding: Operand) => Expr
  /** Whether a text ends with another. */
  readonly endsWith: (text: Operand, part: Operand) => Expr
  /** Whether all values are true; null when there are none. */
  readonly every: (boolean: Operand) => Expr
  /** e to the power of the number. */
  readonly exp: (number: Operand) => Expr
  /** The product of the whole numbers from 1 to n, at most 20. */
  readonly factorial: (n: Operand) => Expr
  /** The position (from 1) of a text in a comma-separated list; 0 when it is not in it. */
  readonly findInSet: (text: Operand, list: Operand) => Expr
  /** The value of the first row. */
  readonly firstValue: (value: Operand) => Expr
  /** The elements of the lists in a list, one level up; null lists are left out. */
  readonly flatten: (list: Operand) => Expr
  /** The greatest whole number that is not greater than the number. */
  readonly floor: (number: Operand) => Expr
  /** The timestamp of a number of seconds since 1970, in a time zone if one is given. */
  readonly fromUnixtime: (seconds: Operand, zone?: Operand) => Expr
  /** The greatest common divisor. */
  readonly gcd: (a: Operand, b: Operand) => Expr
  /** The whole numbers from start (0 unless given) to end, inclusive; or dates or timestamps, stepping by an interval. */
  readonly generateSeries: (
    ...operands: [end: Operand] | [start: Operand, end: Operand] | [start: Operand, end: Operand, step: Operand]
  ) => Expr
  /** A field of a struct, or the value of a key of a map (null when there is none). */
  readonly getField: (struct: Operand, name: Operand) => Expr
  /** The greatest argument that is not null. */
  readonly greatest: (...values: readonly Operand[]) => Expr
  /** Which keys a row is not grouped by, with ROLLUP, CUBE and GROUPING SETS: 1 for a key that is left out, 0 for one that is not; several keys give one number, whose lowest bit belongs to the last key. */
  readonly grouping: (...keys: readonly Operand[]) => Expr
  /** The first argument that is not null; later ones are not evaluated. */
  readonly ifnull: (...values: readonly Operand[]) => Expr
  /** The text with each word capitalised. */
  readonly initcap: (text: Operand) => Expr
  /** The inner product of two vectors. */
  readonly innerProduct: (a: Operand, b: Operand) => Expr
  /** The position (from 1) of one text in another; 0 when it is not in it. */
  readonly instr: (text: Operand, part: Operand) => Expr
  /** Whether a number is NaN. */
  readonly isnan: (number: Operand) => Expr
  /** Whether a number is zero. */
  readonly iszero: (number: Operand) => Expr
  /** The value of an earlier row, by default the previous one. */
  readonly lag: (value: Operand, distance?: Operand, otherwise?: Operand) => Expr
  /** The value of the last row. */
  readonly lastValue: (value: Operand) => Expr
  /** The least common multiple. */
  readonly lcm: (a: Operand, b: Operand) => Expr
  /** The value of a later row, by default the next one. */
  readonly lead: (value: Operand, distance?: Operand, otherwise?: Operand) => Expr
  /** The least argument that is not null. */
  readonly least: (...values: readonly Operand[]) => Expr
  /** The first n characters; when n is negative, all but the last -n. */
  readonly left: (text: Operand, n: Operand) => Expr
  /** The number of characters (Unicode code points). */
  readonly length: (text: Operand) => Expr
  /** The number of single-character insertions, deletions and replacements that turn one text into the other. */
  readonly levenshtein: (a: Operand, b: Operand) => Expr
  /** The first element that is not null. */
  readonly listAnyValue: (list: Operand) => Expr
  /** The list with an element at its end; a null list counts as empty. */
  readonly listAppend: (list: Operand, element: Operand) => Expr
  /** The lists one after another; null lists are left out. */
  readonly listCat: (...lists: readonly Operand[]) => Expr
  /** The elements that are not null. */
  readonly listCompact: (list: Operand) => Expr
  /** The lists one after another; null lists are left out. */
  readonly listConcat: (...lists: readonly Operand[]) => Expr
  /** Whether a list contains an element. */
  readonly listContains: (list: Operand, element: Operand) => Expr
  /** The lengths of a list, of the first list in it, and so on for each level; null for the empty list. */
  readonly listDims: (list: Operand) => Expr
  /** The Euclidean distance between two vectors. */
  readonly listDistance: (a: Operand, b: Operand) => Expr
  /** Each element once, in order of first appearance. */
  readonly listDistinct: (list: Operand) => Expr
  /** The element at a position, from the end when negative; null when there is none. */
  readonly listElement: (list: Operand, position: Operand) => Expr
  /** Whether a list has no elements. */
  readonly listEmpty: (list: Operand) => Expr
  /** The elements of the first list that are not in the second, each once. */
  readonly listExcept: (a: Operand, b: Operand) => Expr
  /** The element at a position, from the end when negative; null when there is none. */
  readonly listExtract: (list: Operand, position: Operand) => Expr
  /** Whether a list contains an element. */
  readonly listHas: (list: Operand, element: Operand) => Expr
  /** Whether a list contains all elements of another. */
  readonly listHasAll: (list: Operand, elements: Operand) => Expr
  /** Whether a list contains any element of another. */
  readonly listHasAny: (list: Operand, elements: Operand) => Expr
  /** The first position of an element, at or after a start; null when it is not in the list. */
  readonly listIndexof: (list: Operand, element: Operand, start?: Operand) => Expr
  /** The elements that are in both lists, each once. */
  readonly listIntersect: (a: Operand, b: Operand) => Expr
  /** The elements of all levels joined by a delimiter; nulls are left out unless a text is given for them. */
  readonly listJoin: (list: Operand, delimiter: Operand, nullText?: Operand) => Expr
  /** The number of elements; with a dimension, that of the first list at that level. */
  readonly listLength: (list: Operand, dimension?: Operand) => Expr
  /** The greatest element that is not null. */
  readonly listMax: (list: Operand) => Expr
  /** The least element that is not null. */
  readonly listMin: (list: Operand) => Expr
  /** The number of levels of nested lists. */
  readonly listNdims: (list: Operand) => Expr
  /** The vector of the same direction and length 1; null for the zero vector. */
  readonly listNormalize: (vector: Operand) => Expr
  /** The list without its last element. */
  readonly listPopBack: (list: Operand) => Expr
  /** The list without its first element. */
  readonly listPopFront: (list: Operand) => Expr
  /** The first position of an element, at or after a start; null when it is not in the list. */
  readonly listPosition: (list: Operand, element: Operand, start?: Operand) => Expr
  /** All positions of an element. */
  readonly listPositions: (list: Operand, element: Operand) => Expr
  /** The list with an element at its start; a null list counts as empty. */
  readonly listPrepend: (element: Operand, list: Operand) => Expr
  /** The list with an element at its end; a null list counts as empty. */
  readonly listPushBack: (list: Operand, element: Operand) => Expr
  /** The list with an element at its start; a null list counts as empty. */
  readonly listPushFront: (element: Operand, list: Operand) => Expr
  /** The list without the first occurrence of an element. */
  readonly listRemove: (list: Operand, element: Operand) => Expr
  /** The list without any occurrence of an element. */
  readonly listRemoveAll: (list: Operand, element: Operand) => Expr
  /** The list without the first n occurrences of an element. */
  readonly listRemoveN: (list: Operand, element: Operand, n: Operand) => Expr
  /** A list of one value, repeated. */
  readonly listRepeat: (value: Operand, times: Operand) => Expr
  /** The list with the first occurrence of an element replaced. */
  readonly listReplace: (list: Operand, from: Operand, to: Operand) => Expr
  /** The list with every occurrence of an element replaced. */
  readonly listReplaceAll: (list: Operand, from: Operand, to: Operand) => Expr
  /** The list with the first n occurrences of an element replaced. */
  readonly listReplaceN: (list: Operand, from: Operand, to: Operand, n: Operand) => Expr
  /** The list cut to a length, or filled up to it with a value (null unless given). */
  readonly listResize: (list: Operand, length: Operand, value?: Operand) => Expr
  /** The elements from last to first. */
  readonly listReverse: (list: Operand) => Expr
  /** The elements from one position to another, both included; every stride-th of them. */
  readonly listSlice: (list: Operand, from: Operand, to: Operand, stride?: Operand) => Expr
  /** The elements in order, ascending and nulls first unless said otherwise. */
  readonly listSort: (list: Operand, argument2?: Operand, argument3?: Operand) => Expr
  /** The elements of all levels joined by a delimiter; nulls are left out unless a text is given for them. */
  readonly listToString: (list: Operand, delimiter: Operand, nullText?: Operand) => Expr
  /** The elements that are in either list, each once. */
  readonly listUnion: (a: Operand, b: Operand) => Expr
  /** The texts that are not null joined by a delimiter; null when there are none. */
  readonly listagg: (text: Operand, delimiter: Operand) => Expr
  /** The natural logarithm. */
  readonly ln: (number: Operand) => Expr
  /** The logarithm to a base, 10 unless given. */
  readonly log: (...operands: [number: Operand] | [base: Operand, number: Operand]) => Expr
  /** The logarithm to base 10. */
  readonly log10: (number: Operand) => Expr
  /** The logarithm to base 2. */
  readonly log2: (number: Operand) => Expr
  /** The text in lower case. */
  readonly lower: (text: Operand) => Expr
  /** The text padded to a length on the left, with spaces or the given text; a longer text is cut. */
  readonly lpad: (text: Operand, length: Operand, fill?: Operand) => Expr
  /** The text without spaces, or any of the given characters, at the start. */
  readonly ltrim: (text: Operand, characters?: Operand) => Expr
  /** A list of the arguments, which are brought to one type. */
  readonly makeArray: (...values: readonly Operand[]) => Expr
  /** The date of a year, month and day. */
  readonly makeDate: (year: Operand, month: Operand, day: Operand) => Expr
  /** A list of the arguments, which are brought to one type. */
  readonly makeList: (...values: readonly Operand[]) => Expr
  /** A map from a list of keys to a list of values. */
  readonly makeMap: (keys: Operand, values: Operand) => Expr
  /** The time of an hour, minute and second. */
  readonly makeTime: (hour: Operand, minute: Operand, second: Operand) => Expr
  /** A map from a list of keys to a list of values. */
  readonly map: (keys: Operand, values: Operand) => Expr
  /** The entries of a map as a list of structs with the fields key and value. */
  readonly mapEntries: (map: Operand) => Expr
  /** A list with the value of a key, with null when there is none. */
  readonly mapExtract: (map: Operand, key: Operand) => Expr
  /** The keys of a map as a list. */
  readonly mapKeys: (map: Operand) => Expr
  /** The values of a map as a list. */
  readonly mapValues: (map: Operand) => Expr
  /** The greatest value that is not null; null when there are none. */
  readonly max: (value: Operand) => Expr
  /** The MD5 digest of a text or bytes, as hexadecimal text. */
  readonly md5: (value: Operand) => Expr
  /** The mean of the numbers or durations that are not null; null when there are none. */
  readonly mean: (number: Operand) => Expr
  /** The middle value, or the mean of the two middle ones; null when there are none. */
  readonly median: (number: Operand) => Expr
  /** The least value that is not null; null when there are none. */
  readonly min: (value: Operand) => Expr
  /** A struct of named fields. */
  readonly namedStruct: (name: Operand, ...values: readonly Operand[]) => Expr
  /** The first number, or the second when the first is NaN. */
  readonly nanvl: (number: Operand, other: Operand) => Expr
  /** The time at which the job was submitted, in nanoseconds. */
  readonly now: () => Expr
  /** The value of the nth row, from the end when n is negative; null when there are fewer rows. */
  readonly nthValue: (value: Operand, n: Operand) => Expr
  /** The bucket of the row, from 1, when the rows are divided in order into buckets of equal size. */
  readonly ntile: (buckets: Operand) => Expr
  /** Null when the two are equal, else the first. */
  readonly nullif: (value: Operand, other: Operand) => Expr
  /** The first argument that is not null; later ones are not evaluated. */
  readonly nvl: (...values: readonly Operand[]) => Expr
  /** The second argument when the first is not null, else the third; only that one is evaluated. */
  readonly nvl2: (value: Operand, ifNotNull: Operand, ifNull: Operand) => Expr
  /** The number of bytes of the text in UTF-8. */
  readonly octetLength: (text: Operand) => Expr
  /** The text with characters replaced from a position on: as many as `length`, by default as many as the replacement has. */
  readonly overlay: (text: Operand, replacement: Operand, start: Operand, length?: Operand) => Expr
  /** The rank as a fraction from 0 to 1: (rank - 1) / (rows - 1), 0 for a single row. */
  readonly percentRank: () => Expr
  /** The value below which a given fraction of the values lies, interpolated between two. */
  readonly percentileCont: (number: Operand, percentile: Operand) => Expr
  /** The number π. */
  readonly pi: () => Expr
  /** The position (from 1) of one text in another; 0 when it is not in it. */
  readonly position: (text: Operand, part: Operand) => Expr
  /** The base to the power of the exponent. */
  readonly pow: (base: Operand, exponent: Operand) => Expr
  /** The base to the power of the exponent. */
  readonly power: (base: Operand, exponent: Operand) => Expr
  /** The value below which a given fraction of the values lies, interpolated between two. */
  readonly quantileCont: (number: Operand, percentile: Operand) => Expr
  /** The text as an SQL literal, in single quotes. */
  readonly quoteLiteral: (text: Operand) => Expr
  /** Converts degrees to radians. */
  readonly radians: (number: Operand) => Expr
  /** A random number of at least 0 and less than 1, a new one for every row. */
  readonly rand: () => Expr
  /** A random number of at least 0 and less than 1, a new one for every row. */
  readonly random: () => Expr
  /** The whole numbers from start (0 unless given) to end, exclusive; or dates or timestamps, stepping by an interval. */
  readonly range: (
    ...operands: [end: Operand] | [start: Operand, end: Operand] | [start: Operand, end: Operand, step: Operand]
  ) => Expr
  /** The number of the first row with the same sort keys; ranks of ties leave gaps. */
  readonly rank: () => Expr
  /** How many times a regular expression matches from a position (from 1) on; 0 for a null text. */
  readonly regexpCount: (text: Operand, pattern: Operand, start?: Operand, flags?: Operand) => Expr
  /** The position (from 1) of the nth match, or of a group in it; 0 when there is none. */
  readonly regexpInstr: (
    text: Operand,
    pattern: Operand,
    start?: Operand,
    nth?: Operand,
    flags?: Operand,
    group?: Operand,
  ) => Expr
  /** Whether a regular expression matches anywhere in the text. */
  readonly regexpLike: (text: Operand, pattern: Operand, flags?: Operand) => Expr
  /** The groups that took part in the first match, as a list; the whole match when there are no groups, null when there is no match. */
  readonly regexpMatch: (text: Operand, pattern: Operand, flags?: Operand) => Expr
  /** The text with the first match replaced, every match with the flag g; \1 or $1 stands for a group. */
  readonly regexpReplace: (text: Operand, pattern: Operand, replacement: Operand, flags?: Operand) => Expr
  /** The mean of x over pairs without nulls. */
  readonly regrAvgx: (y: Operand, x: Operand) => Expr
  /** The mean of y over pairs without nulls. */
  readonly regrAvgy: (y: Operand, x: Operand) => Expr
  /** The number of pairs without nulls. */
  readonly regrCount: (y: Operand, x: Operand) => Expr
  /** The value of the line of least squares at x = 0. */
  readonly regrIntercept: (y: Operand, x: Operand) => Expr
  /** The proportion of the variance that the line of least squares explains. */
  readonly regrR2: (y: Operand, x: Operand) => Expr
  /** The slope of the line of least squares. */
  readonly regrSlope: (y: Operand, x: Operand) => Expr
  /** The sum of squared differences of x from its mean. */
  readonly regrSxx: (y: Operand, x: Operand) => Expr
  /** The sum of products of differences from the means. */
  readonly regrSxy: (y: Operand, x: Operand) => Expr
  /** The sum of squared differences of y from its mean. */
  readonly regrSyy: (y: Operand, x: Operand) => Expr
  /** The text repeated; empty when `times` is not positive. */
  readonly repeat: (text: Operand, times: Operand) => Expr
  /** The text with every occurrence of a part replaced; an empty part is never found. */
  readonly replace: (text: Operand, part: Operand, replacement: Operand) => Expr
  /** The characters of the text from last to first. */
  readonly reverse: (text: Operand) => Expr
  /** The last n characters; when n is negative, all but the first -n. */
  readonly right: (text: Operand, n: Operand) => Expr
  /** The number rounded, halves away from zero, to a whole number or to that many digits after the point. */
  readonly round: (number: Operand, digits?: Operand) => Expr
  /** A struct of the arguments, with fields named c0, c1 and so on. */
  readonly row: (...values: readonly Operand[]) => Expr
  /** The number of the row in its window partition, from 1. */
  readonly rowNumber: () => Expr
  /** The text padded to a length on the right, with spaces or the given text; a longer text is cut. */
  readonly rpad: (text: Operand, length: Operand, fill?: Operand) => Expr
  /** The text without spaces, or any of the given characters, at the end. */
  readonly rtrim: (text: Operand, characters?: Operand) => Expr
  /** The SHA-224 digest of a text or bytes, as bytes. */
  readonly sha224: (value: Operand) => Expr
  /** The SHA-256 digest of a text or bytes, as bytes. */
  readonly sha256: (value: Operand) => Expr
  /** The SHA-384 digest of a text or bytes, as bytes. */
  readonly sha384: (value: Operand) => Expr
  /** The SHA-512 digest of a text or bytes, as bytes. */
  readonly sha512: (value: Operand) => Expr
  /** The sign: -1, 0 or 1. */
  readonly signum: (number: Operand) => Expr
  /** The sine of an angle in radians. */
  readonly sin: (number: Operand) => Expr
  /** The hyperbolic sine. */
  readonly sinh: (number: Operand) => Expr
  /** The part of a delimited text at a position (from 1; from the end when negative); empty when there is none. */
  readonly splitPart: (text: Operand, delimiter: Operand, position: Operand) => Expr
  /** The square root; NaN for negative numbers. */
  readonly sqrt: (number: Operand) => Expr
  /** Whether a text starts with another. */
  readonly startsWith: (text: Operand, part: Operand) => Expr
  /** The standard deviation of a sample; null for fewer than two values. */
  readonly stddev: (number: Operand) => Expr
  /** The standard deviation of a population; null when there are no values. */
  readonly stddevPop: (number: Operand) => Expr
  /** The standard deviation of a sample; null for fewer than two values. */
  readonly stddevSamp: (number: Operand) => Expr
  /** The texts that are not null joined by a delimiter; null when there are none. */
  readonly stringAgg: (text: Operand, delimiter: Operand) => Expr
  /** The parts of a delimited text as a list; its characters when the delimiter is null. */
  readonly stringToArray: (text: Operand, delimiter: Operand, nullText?: Operand) => Expr
  /** The parts of a delimited text as a list; its characters when the delimiter is null. */
  readonly stringToList: (text: Operand, delimiter: Operand, nullText?: Operand) => Expr
  /** The position (from 1) of one text in another; 0 when it is not in it. */
  readonly strpos: (text: Operand, part: Operand) => Expr
  /** A struct of the arguments, with fields named c0, c1 and so on. */
  readonly struct: (...values: readonly Operand[]) => Expr
  /** At most `length` characters from a position (from 1) on; positions before the text count towards the length. */
  readonly substr: (text: Operand, start: Operand, length?: Operand) => Expr
  /** The text before the nth delimiter; when n is negative, after the nth from the end. */
  readonly substrIndex: (text: Operand, delimiter: Operand, times: Operand) => Expr
  /** At most `length` characters from a position (from 1) on; positions before the text count towards the length. */
  readonly substring: (text: Operand, start: Operand, length?: Operand) => Expr
  /** The text before the nth delimiter; when n is negative, after the nth from the end. */
  readonly substringIndex: (text: Operand, delimiter: Operand, times: Operand) => Expr
  /** The sum of the numbers or durations that are not null; null when there are none. 64-bit integers wrap. */
  readonly sum: (number: Operand) => Expr
  /** The tangent of an angle in radians. */
  readonly tan: (number: Operand) => Expr
  /** The hyperbolic tangent. */
  readonly tanh: (number: Operand) => Expr
  /** A date, time or timestamp written in a strftime format; a duration as pretty or iso8601. */
  readonly toChar: (value: Operand, format: Operand) => Expr
  /** A date from a text (ISO 8601, or in the first of the formats that fits), a timestamp, or a number of days since 1970. */
  readonly toDate: (...values: readonly Operand[]) => Expr
  /** The integer in hexadecimal; a negative one as 64 bits. */
  readonly toHex: (integer: Operand) => Expr
  /** The local time in the time zone of a timestamp, as a timestamp without a zone. */
  readonly toLocalTime: (timestamp: Operand) => Expr
  /** A time of day from a text (ISO 8601, or in the first of the formats that fits) or a timestamp. */
  readonly toTime: (...values: readonly Operand[]) => Expr
  /** A timestamp in nanoseconds, from a text (ISO 8601, or in the first of the formats that fits) or a number of seconds since 1970. */
  readonly toTimestamp: (...values: readonly Operand[]) => Expr
  /** A timestamp in microseconds, from a text or a number of microseconds since 1970. */
  readonly toTimestampMicros: (...values: readonly Operand[]) => Expr
  /** A timestamp in milliseconds, from a text or a number of milliseconds since 1970. */
  readonly toTimestampMillis: (...values: readonly Operand[]) => Expr
  /** A timestamp in nanoseconds, from a text or a number of nanoseconds since 1970. */
  readonly toTimestampNanos: (...values: readonly Operand[]) => Expr
  /** A timestamp in seconds, from a text or a number of seconds since 1970. */
  readonly toTimestampSeconds: (...values: readonly Operand[]) => Expr
  /** The whole seconds since 1970 of a date, a timestamp, or a text (ISO 8601, or in the first of the formats that fits). */
  readonly toUnixtime: (...values: readonly Operand[]) => Expr
  /** The date on which the job was submitted, in UTC. */
  readonly today: () => Expr
  /** The text with each character of `from` replaced by the corresponding one of `to`, or dropped when there is none. */
  readonly translate: (text: Operand, from: Operand, to: Operand) => Expr
  /** The text without spaces, or any of the given characters, at both ends. */
  readonly trim: (text: Operand, characters?: Operand) => Expr
  /** The number truncated towards zero, to a whole number or to that many digits after the point. */
  readonly trunc: (number: Operand, digits?: Operand) => Expr
  /** The text in upper case. */
  readonly upper: (text: Operand) => Expr
  /** A random UUID (version 4), a new one for every row. */
  readonly uuid: () => Expr
  /** The variance of a sample; null for fewer than two values. */
  readonly var: (number: Operand) => Expr
  /** The variance of a population; null when there are no values. */
  readonly varPop: (number: Operand) => Expr
  /** The variance of a population; null when there are no values. */
  readonly varPopulation: (number: Operand) => Expr
  /** The variance of a sample; null for fewer than two values. */
  readonly varSamp: (number: Operand) => Expr
  /** The variance of a sample; null for fewer than two values. */
  readonly varSample: (number: Operand) => Expr
  /** The variance of a sample; null for fewer than two values. */
  readonly variance: (number: Operand) => Expr
  /** The name and version of the engine. */
  readonly version: () => Expr
}

export type BuilderName = keyof Builders
