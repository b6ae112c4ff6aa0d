package words

import (
	"errors"
	"io/fs"
)

// CannotRead says that a file to attach cannot be read. ordinary: something else than an
// ordinary file is there, such as a folder.
func (l *Language) CannotRead(path string, ordinary bool, err error) Message {
	m := Message{Code: "file", What: l.Say("Could not read %s.", path), Safe: l.Say("Nothing was changed."), Next: l.Say("Check its name and your rights.")}
	switch {
	case !ordinary:
		m.What, m.Next = l.Say("%s is no ordinary file.", path), l.Say("Give the path of a single file, not of a folder.")
	case errors.Is(err, fs.ErrNotExist):
		m.What, m.Next = l.Say("There is no file %s.", path), l.Say("Check the path. If it is on a drive, connect that first.")
	}
	return m
}

// NotWhole says that a path does not begin at the root of a disk or at the home folder.
func (l *Language) NotWhole(path, example string) Message {
	return Message{Code: "path", What: l.Say("%s is not a whole path.", path), Safe: l.Say("Nothing was changed."),
		Next: l.Say("Type it from its beginning, such as %s.", example)}
}

// NoPath says that no path was typed.
func (l *Language) NoPath(example string) Message {
	return Message{Code: "path", What: l.Say("No path was typed."), Safe: l.Say("Nothing was changed."),
		Next: l.Say("Type it from its beginning, such as %s.", example)}
}

// SameName says that another file of that name is attached.
func (l *Language) SameName(name, path string) Message {
	return Message{Code: "same-name", What: l.Say("Another file called %s is attached: %s.", name, path), Safe: l.Say("Nothing was changed."),
		Next: l.Say("Stop attaching that one first, or rename one of them.")}
}

// LeftOut says that a new version would lack files of which only the names are known here.
func (l *Language) LeftOut(names []string) Message {
	return Message{Code: "left-out", What: l.Say("The new version would lack %s: where that is on this computer is not known.", l.join(names)), Safe: l.Say("Nothing was changed."),
		Next: l.Say("Give the path of each of them as well, or stop attaching them first.")}
}
