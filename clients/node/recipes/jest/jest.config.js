module.exports = {
  // One server for all test files; each handle has its own world.
  globalSetup: "@mockrevio/client/global-setup",
};
