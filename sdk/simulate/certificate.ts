/**
 * Certificates on a simulated host.
 *
 * @module
 */

import type { ObtainCertificates } from "../operations/certificate.ts";
import { byClient, done, type Model } from "./model.ts";

/** How certificates are obtained: every authority gives them. */
export const obtainCertificates: Model<ObtainCertificates> = byClient(1, () => done());
