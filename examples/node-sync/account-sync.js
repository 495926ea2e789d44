// Links Salesforce accounts to Rev.io customers: node account-sync.js accounts.json
//
// The environment says where Rev.io is and who we are: REVIO_URL, REVIO_USER, REVIO_PASSWORD.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

import { RevIo, RevIoError } from "./revio-client.js";

/** See to it that each account has its key link. Running it again changes nothing. */
export async function sync(accounts, revio) {
  await revio.checkCredentials();
  const about = {
    integration_system_id: await revio.idOf("IntegrationSystem", "integration_system_id", {
      system_name: "SALESFORCE",
    }),
    integration_entity_type_id: await revio.idOf("IntegrationEntityType", "integration_entity_type_id", {
      entity_type_name: "CUSTOMER",
    }),
  };
  const present = new Map();
  for await (const link of revio.links(about)) present.set(link.external_id, link);

  const report = { created: [], changed: [], unchanged: [], refused: {} };
  for (const account of accounts) {
    const wanted = { ...about, internal_id: account.RevIo_Customer__c, external_id: account.Id };
    try {
      report[await bringAbout(wanted, present.get(account.Id), revio)].push(account.Id);
    } catch (error) {
      if (!(error instanceof RevIoError) || error.status !== 400) throw error; // no fault of this account's
      report.refused[account.Id] = error.message;
    }
  }
  return report;
}

async function bringAbout(wanted, link, revio) {
  if (!link) {
    await revio.createLink(wanted);
    return "created";
  }
  if (link.internal_id === wanted.internal_id) return "unchanged";
  await revio.changeLink(link.integration_key_link_id, wanted);
  return "changed";
}

async function main() {
  const { REVIO_URL, REVIO_USER, REVIO_PASSWORD } = process.env;
  const accounts = JSON.parse(await readFile(process.argv[2], "utf8"));
  const report = await sync(accounts, new RevIo(REVIO_URL, [REVIO_USER, REVIO_PASSWORD]));
  const counts = ["created", "changed", "unchanged"].map((what) => `${report[what].length} ${what}`);
  console.log(counts.join(", "));
  for (const [account, reason] of Object.entries(report.refused)) console.log(`${account}: ${reason}`);
  if (Object.keys(report.refused).length) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
