/** The checks of docs/formats/segment-record.md in their order. Names are the same in C# and on the command line. */
export const checkNames = [
  "certificate-invalid",
  "certificate-wrong-broadcast",
  "identity-mismatch",
  "record-malformed",
  "record-signature",
  "record-wrong-slot",
  "certificate-expired",
  "record-leaves",
  "segment-length",
  "segment-chunk",
  "init-mismatch",
  "chain-broken",
] as const;

export type CheckName = (typeof checkNames)[number];

/** The first check that failed. */
export interface CheckFailure {
  readonly code: CheckName;
  /** Index of the first chunk that does not hash to its leaf; with `segment-chunk` only. */
  readonly chunk?: number;
}
