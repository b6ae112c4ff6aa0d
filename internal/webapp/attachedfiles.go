package webapp

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/watch"
	"github.com/cloudseed/cloudseed/internal/words"
)

// The files of a backup are known by their names; the profile remembers the path of each, for
// the command watch too. A file that was attached elsewhere, or by the command backup, has a
// name and no path.

// hasName tells whether the file at path goes by one of names in a backup.
func hasName(names []string, path string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, filepath.Base(path)) })
}

// attachedRows are the files of the newest version, then those that are to be in the next.
func attachedRows(l *words.Language, d *cloudseed.Device, paths []string) (rows []attachedRow) {
	for i, name := range d.Files.Names {
		at := slices.IndexFunc(paths, func(p string) bool { return hasName([]string{name}, p) })
		if at < 0 {
			rows = append(rows, attachedRow{Name: name, Why: l.Say("Its path is not known here.")})
			continue
		}
		row, sum := rowOf(l, name, paths[at])
		row.Changed = row.Why == "" && i < len(d.Files.Sums) && d.Files.Sums[i] != sum
		rows = append(rows, row)
	}
	for _, path := range paths {
		if !hasName(d.Files.Names, path) {
			row, _ := rowOf(l, filepath.Base(path), path)
			row.New = true
			rows = append(rows, row)
		}
	}
	return rows
}

func rowOf(l *words.Language, name, path string) (row attachedRow, sum string) {
	row = attachedRow{Name: name, Path: path}
	data, err := watch.Read(path)
	if err != nil {
		row.Why = cannotRead(l, path, err).What
		return row, ""
	}
	row.Size = size(len(data))
	return row, envelope.Sum(data)
}

func cannotRead(l *words.Language, path string, err error) words.Message {
	if errors.Is(err, envelope.ErrTooLarge) {
		return l.For(err)
	}
	return l.CannotRead(path, !errors.Is(err, watch.ErrNoFile), err)
}

// withTyped adds the paths that were typed, one a line, to those that are attached. A path takes
// the place of one of the same name only where nothing can be read there any more.
func withTyped(l *words.Language, paths []string, typed string) ([]string, *words.Message) {
	lines := strings.FieldsFunc(typed, func(r rune) bool { return r == '\n' || r == '\r' })
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.TrimSpace(line) == "" })
	if len(lines) == 0 {
		m := l.NoPath(examplePath())
		return nil, &m
	}
	for _, line := range lines {
		path, whole := wholePath(strings.TrimSpace(line))
		if !whole {
			m := l.NotWhole(path, examplePath())
			return nil, &m
		}
		var refused *words.Message
		if paths, refused = with(l, paths, path); refused != nil {
			return nil, refused
		}
	}
	return paths, nil
}

func with(l *words.Language, paths []string, path string) ([]string, *words.Message) {
	at := slices.IndexFunc(paths, func(p string) bool { return hasName([]string{filepath.Base(path)}, p) })
	if at < 0 {
		return append(paths, path), nil
	}
	if before := paths[at]; before != path {
		if _, err := watch.Read(before); err == nil {
			m := l.SameName(filepath.Base(path), before)
			return nil, &m
		}
		paths[at] = path
	}
	return paths, nil
}

// wholePath is a path from the root; "~" at its beginning is the home folder.
func wholePath(typed string) (path string, whole bool) {
	if rest, ok := strings.CutPrefix(typed, "~"); ok && rest != "" && os.IsPathSeparator(rest[0]) {
		home, err := os.UserHomeDir()
		if err != nil {
			return typed, false
		}
		return filepath.Join(home, rest), true
	}
	return filepath.Clean(typed), filepath.IsAbs(typed)
}

// examplePath is a whole path on this system.
func examplePath() string {
	return filepath.Join("~", ".lnd", "data", "chain", "bitcoin", "mainnet", "channel.backup")
}

// toSeal reads the files of the next version of d, or says why there cannot be one: a new version
// takes the place of the last, so that a file it lacks is lost to whoever restores. leaving are
// the names that are left out on purpose.
func toSeal(l *words.Language, d *cloudseed.Device, paths, leaving []string) ([]cloudseed.File, *words.Message) {
	var files []cloudseed.File
	for _, path := range paths {
		files = append(files, cloudseed.File{Name: filepath.Base(path)})
	}
	if err := cloudseed.CheckAttachments(files); err != nil { // by their names: a database is not even read
		m := l.For(err)
		return nil, &m
	}
	missing := slices.DeleteFunc(slices.Clone(d.Files.Names), func(name string) bool {
		return slices.Contains(leaving, name) || slices.ContainsFunc(paths, func(p string) bool { return hasName([]string{name}, p) })
	})
	if len(missing) > 0 {
		m := l.LeftOut(missing)
		return nil, &m
	}
	for i, path := range paths {
		data, err := watch.Read(path)
		if err != nil {
			m := cannotRead(l, path, err)
			return nil, &m
		}
		files[i].Data = data
	}
	if err := cloudseed.CheckAttachments(files); err != nil {
		m := l.For(err)
		return nil, &m
	}
	return files, nil
}
