// Package autostart starts a command of this program with every sign-in of the person: by a
// systemd user unit on Linux, a launchd agent on macOS, a scheduled task on Windows. The files
// are pure functions of the command, see Unit, Agent and Task. Those of macOS and Windows were
// tested as texts only, not on those systems.
package autostart

import (
	"errors"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
)

// ErrUnsupported means that this system has no autostart that is known here.
var ErrUnsupported = errors.New("no autostart on this system")

const label = "cloudseed-watch"

// A plan is how one system is told: a file, and the commands that it is told with.
type plan struct {
	path    string
	content []byte
	on, off [][]string

	// kept: the system has its own copy of the file, so that removing the file alone ends nothing
	kept bool
}

// planFor is the plan of a system. Its settings of this person are in config, the home directory
// is home; person is the name that the system knows them by.
func planFor(goos, config, home, person string, command []string) (plan, error) {
	unit := label + ".service"
	switch goos {
	case "linux":
		return plan{path: filepath.Join(config, "systemd", "user", unit), content: []byte(Unit(command...)),
			on:  [][]string{{"systemctl", "--user", "daemon-reload"}, {"systemctl", "--user", "enable", unit}, {"systemctl", "--user", "restart", unit}},
			off: [][]string{{"systemctl", "--user", "disable", "--now", unit}}}, nil
	case "darwin":
		path := filepath.Join(home, "Library", "LaunchAgents", label+".plist")
		return plan{path: path, content: []byte(Agent(command...)),
			on:  [][]string{{"launchctl", "load", "-w", path}},
			off: [][]string{{"launchctl", "unload", "-w", path}}}, nil
	case "windows":
		path := filepath.Join(config, "Cloudseed", label+".xml")
		return plan{path: path, content: utf16File(Task(person, command...)), kept: true,
			on:  [][]string{{"schtasks", "/Create", "/F", "/TN", label, "/XML", path}, {"schtasks", "/Run", "/TN", label}},
			off: [][]string{{"schtasks", "/End", "/TN", label}, {"schtasks", "/Delete", "/F", "/TN", label}}}, nil
	}
	return plan{}, ErrUnsupported
}

// ours is the plan of this system and person.
func ours(command []string) (plan, error) {
	config, err := os.UserConfigDir()
	if err != nil {
		return plan{}, err
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return plan{}, err
	}
	person, err := user.Current()
	if err != nil {
		return plan{}, err
	}
	return planFor(runtime.GOOS, config, home, person.Username, command)
}

// On writes the file and tells the system. It returns the file's path. That the system could
// not be told now is an error; the file is there then.
func On(command ...string) (path string, err error) {
	p, err := ours(command)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(p.path), 0o700); err != nil {
		return p.path, err
	}
	if err := os.WriteFile(p.path, p.content, 0o600); err != nil {
		return p.path, err
	}
	return p.path, tell(p.on)
}

// tell runs commands until one fails.
func tell(commands [][]string) error {
	for _, c := range commands {
		if err := exec.Command(c[0], c[1:]...).Run(); err != nil {
			return err
		}
	}
	return nil
}

// Off tells the system, and removes the file. Where there is none it does nothing. Where the
// system has a copy of its own and could not be told, the file stays, with an error.
func Off() (path string, err error) {
	p, err := ours(nil)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(p.path); os.IsNotExist(err) {
		return p.path, nil
	}
	for _, c := range p.off {
		err = exec.Command(c[0], c[1:]...).Run()
	}
	if err != nil && p.kept { // the last one counts: what does not run cannot be stopped
		return p.path, err
	}
	if err := os.Remove(p.path); err != nil && !os.IsNotExist(err) {
		return p.path, err
	}
	return p.path, nil
}

// Status tells whether the file is there.
func Status() (path string, on bool, err error) {
	p, err := ours(nil)
	if err != nil {
		return "", false, err
	}
	_, err = os.Stat(p.path)
	if os.IsNotExist(err) {
		return p.path, false, nil
	}
	return p.path, err == nil, err
}
