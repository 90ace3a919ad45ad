// Keys that mean something by themselves, unless somebody is typing.

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.matches('input:not([type=range], [type=checkbox]), textarea, select') || target.isContentEditable);
}
