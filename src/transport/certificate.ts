// transport/certificate: layer 3. The certificate of one job: both ends of every connection between hosts show it and
// accept no other. Called by whoever makes the job: the launcher, or rank 0.
import { generate } from "selfsigned";
import type { Certificate } from "../wire/control.ts";
import { TLS_NAME } from "./dialing.ts";

/** Longer than any job; and hosts' clocks may differ by a day. */
const DAY = 24 * 3600 * 1000;

/** A fresh key, P-256, and a certificate that it has signed itself. */
export async function makeCertificate(): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: "commonName", value: TLS_NAME }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate: new Date(Date.now() - DAY),
    notAfterDate: new Date(Date.now() + 365 * DAY),
    extensions: [{ name: "subjectAltName", altNames: [{ type: 2, value: TLS_NAME }] }],
  });
  return { certificate: cert, key };
}
