// test/support/certificate: a job's certificate, as the launcher makes it.
import { makeCertificate } from "../../src/transport/certificate.ts";
import type { Certificate } from "../../src/wire/control.ts";

export function certificate(): Promise<Certificate> {
  return makeCertificate();
}
