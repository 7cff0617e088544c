import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { folderWith } from "./folder";

const openssl = spawnSync("openssl", ["version"]).status === 0;

/** Tests with servers that a company's own authority vouches for; skipped where no certificate can be made. */
export function describeWithCertificates(title: string, body: () => void): void {
  if (openssl) describe(title, body);
  else test.skip(`${title} (there is no openssl to make a certificate with)`, () => undefined);
}

export interface CompanyCertificate {
  /** Path of the certificate in PEM form. */
  readonly file: string;
  /** What a server needs. */
  readonly tls: { readonly key: Buffer; readonly cert: Buffer };
}

/** A certificate that nobody but who is told so trusts, for `127.0.0.1` or a name. */
export function companyCertificate(name = "127.0.0.1"): CompanyCertificate {
  const folder = folderWith({});
  const [key, file] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const alternative = name === "127.0.0.1" ? `IP:${name}` : `DNS:${name}`;
  spawnSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", `/CN=${name}`, "-addext", `subjectAltName=${alternative}`, "-keyout", key, "-out", file]);
  return { file, tls: { key: readFileSync(key), cert: readFileSync(file) } };
}
