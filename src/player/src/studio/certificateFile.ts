import { type Bytes, sameBytes } from "../verify/bytes.js";
import { fromBase64Url } from "../verify/base64Url.js";
import { fromHex } from "../verify/bytes.js";
import { openCertificate } from "../verify/signerCertificate.js";
import type { Broadcast } from "./answers.js";

const maxCertificate = 4096;

/** Why a chosen file is not sent. */
export type CertificateFault = "identity-key" | "no-certificate" | "other-broadcast" | "other-key" | "not-now";

/**
 * Looks at a file before anything of it leaves the browser: only a certificate that holds for this broadcast is sent, so that
 * an identity key chosen by mistake stays where it is.
 */
export async function readCertificate(file: Blob, broadcast: Broadcast, now: number): Promise<Bytes | CertificateFault> {
  if (file.size > maxCertificate) return "no-certificate";
  const bytes = new Uint8Array(await file.arrayBuffer());
  const text = new TextDecoder().decode(bytes);
  if (text.includes("liveledger-identity-seed:") || text.includes("PRIVATE KEY")) return "identity-key";
  const certificate = await openCertificate(bytes);
  if (!certificate) return "no-certificate";
  const [id, key] = [fromHex(broadcast.id), fromBase64Url(broadcast.sessionKey)];
  if (!id || !sameBytes(certificate.broadcast, id)) return "other-broadcast";
  if (!key || !sameBytes(certificate.sessionKey.bytes, key)) return "other-key";
  return now < certificate.notBefore * 1000 || now > certificate.notAfter * 1000 ? "not-now" : bytes;
}
