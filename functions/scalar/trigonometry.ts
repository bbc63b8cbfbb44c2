// Angles: trigonometric and hyperbolic functions.

import { atan2, computed, ofFloat } from './math.ts'

export const trigonometryFunctions = [
  ofFloat('sin', 'sin', 'The sine of an angle in radians', ['sin(0.0)', '0.0']),
  ofFloat('cos', 'cos', 'The cosine of an angle in radians', ['cos(0.0)', '1.0']),
  ofFloat('tan', 'tan', 'The tangent of an angle in radians', ['tan(0.0)', '0.0']),
  computed(
    'cot',
    (a) => 1 / Math.tan(a),
    (a) => `(1 / Math.tan(${a}))`,
    'The cotangent of an angle in radians',
    ['round(cot(1.0), 4)', '0.6421'],
  ),
  ofFloat('asin', 'asin', 'The arc sine, in radians', ['asin(0.0)', '0.0']),
  ofFloat('acos', 'acos', 'The arc cosine, in radians', ['acos(1.0)', '0.0']),
  ofFloat('atan', 'atan', 'The arc tangent, in radians', ['atan(0.0)', '0.0']),
  atan2,
  ofFloat('sinh', 'sinh', 'The hyperbolic sine', ['sinh(0.0)', '0.0']),
  ofFloat('cosh', 'cosh', 'The hyperbolic cosine', ['cosh(0.0)', '1.0']),
  ofFloat('tanh', 'tanh', 'The hyperbolic tangent', ['tanh(0.0)', '0.0']),
  ofFloat('asinh', 'asinh', 'The inverse of the hyperbolic sine', ['asinh(0.0)', '0.0']),
  ofFloat('acosh', 'acosh', 'The inverse of the hyperbolic cosine', ['acosh(1.0)', '0.0']),
  ofFloat('atanh', 'atanh', 'The inverse of the hyperbolic tangent', ['atanh(0.0)', '0.0']),
  computed(
    'degrees',
    (a) => a * (180 / Math.PI),
    (a) => `(${a} * ${180 / Math.PI})`,
    'Converts radians to degrees',
    ['degrees(pi())', '180.0'],
  ),
  computed(
    'radians',
    (a) => a * (Math.PI / 180),
    (a) => `(${a} * ${Math.PI / 180})`,
    'Converts degrees to radians',
    ['radians(180.0) = pi()', 'true'],
  ),
]
