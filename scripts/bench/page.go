package main

import (
	"fmt"
	"strings"
)

// page is docs/benchmarks.md.
func page(m machine, rows []row) string {
	var table strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&table, "| %s | %s | %s | %s | %.2f |\n", r.what, r.ours, r.against, r.alone, r.ratio)
	}
	return fmt.Sprintf(`# Benchmarks

Written by `+"`go run ./scripts/bench`"+`, which runs them all; change nothing here by hand. Each figure stands
beside something else that was measured in the same run, so read the ratios: they change little with the
machine, and little with what else it does.

%s, commit %s, %s, %d cores, %s.
Load of the machine over a minute: %s before, %s after. On a machine with a load above the number of its cores
the times are too long, and so are the ratios of what waits.

| what | time or size | against | its time or size | ratio |
|---|---|---|---|---|
%s
- **Seal and open**: in turns. What is added to age is the tar, the manifest and its signature, and on opening every check.
- **A PIN** is stretched on purpose, with 16 MiB and 32 passes; nothing should be added to that.
- **Backup, restore, update** run against PIN servers and places in memory, each answer 80 ms late, from the typed PIN on,
  median of seven. The critical path is what the protocol needs one after the other; the aim is a ratio of at most 1.25.
- **The app's screens** come from loopback with an empty cache; the aim is less than 100 ms.
- **Start-up, memory, size** are against a Go program that prints one word, built with the same flags, started %d times in
  turns; of both the least. Memory is what was resident at the most.
- **PIN server**: embedded engine, every guess synced to disk, EdDSA tokens of the built-in tenant, 32 connections, no PIN stretching.
  Careful figures, with more rounds, PostgreSQL and ten million records: [benchmarks-realm.md](benchmarks-realm.md).

## Do it again

`+"```"+`
go run ./scripts/bench
`+"```"+`

It needs Linux, Go, git and Chromium, takes about five minutes, and writes this page. Leave the machine alone meanwhile.
`, m.date, m.commit, m.cpu, m.cores, m.goVersion, m.load, m.loadAfter, table.String(), runs)
}
