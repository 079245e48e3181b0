import { startSimpleSamlPhp, USERS, WHY_NOT } from "./simplesamlphp.ts";
import { tellStory } from "./story.ts";

tellStory({
  vendor: "SimpleSAMLphp",
  start: startSimpleSamlPhp,
  whyNot: WHY_NOT,
  manners: [
    { signs: "assertion", encrypts: false },
    { signs: "response", encrypts: false },
    // It encrypts by AES-CBC, which is taken only where the response around it is signed.
    { signs: "response", encrypts: true },
    { signs: "both", encrypts: true },
  ],
  async signInThere(page, user) {
    await page.locator("#username").fill(user);
    await page.locator("#password").fill(USERS[user].password);
    await page.locator('button[type="submit"], input[type="submit"]').first().click();
  },
});
