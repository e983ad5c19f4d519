/**
 * Whether an error says that the stack is at its end. Where V8 has not compiled a regular expression yet, it takes that for
 * an error of the expression.
 */
export function isOverflow({ name, message }: { readonly name: string; readonly message: string }): boolean {
  return name === 'SyntaxError'
    ? message.endsWith(': Stack overflow')
    : name === 'RangeError' && message.includes('call stack');
}
