// Package packaging has no code: it holds what packages for Linux, containers and Homebrew are
// made from, and the test that installs them and lives through a backup and a restore.
package packaging
