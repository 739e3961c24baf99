/** What happens to records, in the order of their life. */
export const recordActions = ['create', 'update', 'delete'] as const;

/** `crm.account` */
export function typeOf({ module, model }: { readonly module: string; readonly model: string }): string {
  return `${module}.${model}`;
}

/** Actions in the order of a record's life; the API sorts them by letter. */
export function inOrder<Action extends string>(actions: readonly Action[]): Action[] {
  const order: readonly string[] = recordActions;
  return [...actions].sort((a, b) => order.indexOf(a) - order.indexOf(b));
}
