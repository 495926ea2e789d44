// Link Salesforce accounts to Rev.io customers: node account-sync.js accounts.json
//
// Set REVIO_URL, REVIO_USER and REVIO_PASSWORD in the environment.

import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

import { RevioClient, RevioError } from "./revio-client.js";

/** Make sure that each account has its key link. Running it again changes nothing. */
export async function sync(accounts, revio) {
  await revio.checkCredentials();
  const linkType = {
    integration_system_id: await revio.lookupId("IntegrationSystem", "integration_system_id", {
      system_name: "SALESFORCE",
    }),
    integration_entity_type_id: await revio.lookupId("IntegrationEntityType", "integration_entity_type_id", {
      entity_type_name: "CUSTOMER",
    }),
  };
  const existingLinks = new Map();
  for await (const link of revio.links(linkType)) existingLinks.set(link.external_id, link);

  const report = { created: [], changed: [], unchanged: [], rejected: {} };
  for (const account of accounts) {
    const desired = { ...linkType, internal_id: account.RevIo_Customer__c, external_id: account.Id };
    try {
      const outcome = await syncLink(desired, existingLinks.get(account.Id), revio);
      report[outcome].push(account.Id);
    } catch (error) {
      if (!(error instanceof RevioError) || error.status !== 400) throw error; // the problem is not this account
      report.rejected[account.Id] = error.message;
    }
  }
  return report;
}

async function syncLink(desired, existing, revio) {
  if (!existing) {
    await revio.createLink(desired);
    return "created";
  }
  if (existing.internal_id === desired.internal_id) return "unchanged";
  await revio.updateLink(existing.integration_key_link_id, desired);
  return "changed";
}

async function main() {
  const [file] = process.argv.slice(2);
  if (!file) {
    console.error("usage: node account-sync.js FILE");
    process.exitCode = 2;
    return;
  }
  const { REVIO_URL, REVIO_USER, REVIO_PASSWORD } = process.env;
  const accounts = JSON.parse(await readFile(file, "utf8"));
  const report = await sync(accounts, new RevioClient(REVIO_URL, [REVIO_USER, REVIO_PASSWORD]));
  const counts = ["created", "changed", "unchanged"].map((outcome) => `${report[outcome].length} ${outcome}`);
  console.log(counts.join(", "));
  for (const [account, reason] of Object.entries(report.rejected)) console.log(`${account}: ${reason}`);
  if (Object.keys(report.rejected).length) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();
