/** What a shop may be told of, by the part of a broadcast's life that it is about: docs/formats/webhooks.md. */
const groups = {
  entitlements: ["entitlement.granted", "entitlement.suspended", "entitlement.resumed", "entitlement.revoked", "entitlement.refunded", "entitlement.transferred"],
  licences: ["licence.granted", "licence.refused"],
  broadcast: ["broadcast.started", "broadcast.ended", "broadcast.taken_down", "broadcast.restored"],
} as const;

/** The choices, and what they say. */
export const choices = [["", "Everything but licences"], ["entitlements", "What becomes of entitlements"], ["licences", "Licences, given and refused"], ["broadcast", "The broadcast’s own life"]] as const;

/** The types of a choice; none is all but each licence, which few shops take. */
export function typesOf(choice: string): readonly string[] {
  return (groups as Readonly<Record<string, readonly string[]>>)[choice] ?? [];
}

/** Types as words, in whichever order they come; others than the choices by their names. */
export function typesInWords(types: readonly string[]): string {
  const chosen = choices.find(([choice]) => typesOf(choice).length === types.length && typesOf(choice).every((type) => types.includes(type)));
  return chosen?.[1] ?? types.join(", ");
}
