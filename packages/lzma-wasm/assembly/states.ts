// The state says what the last symbols were: below 7, the last one is a literal.

// @ts-ignore: decorator
@inline
export function isAfterLiteral(state: u32): bool {
  return state < 7;
}

// @ts-ignore: decorator
@inline
export function afterLiteral(state: u32): u32 {
  return state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
}

// @ts-ignore: decorator
@inline
export function afterMatch(state: u32): u32 {
  return state < 7 ? 7 : 10;
}

// @ts-ignore: decorator
@inline
export function afterRep(state: u32): u32 {
  return state < 7 ? 8 : 11;
}

// @ts-ignore: decorator
@inline
export function afterShortRep(state: u32): u32 {
  return state < 7 ? 9 : 11;
}
