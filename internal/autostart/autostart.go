// Package autostart starts a command of this program with every sign-in of the person: a
// systemd user unit on Linux, a launchd agent on macOS. The files are pure functions of the
// command, see Unit and Agent. The macOS one was tested as a text only, not on that system;
// elsewhere there is no autostart yet.
package autostart

import (
	"encoding/xml"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// ErrUnsupported means that this system has no autostart that is known here.
var ErrUnsupported = errors.New("no autostart on this system")

const label = "cloudseed-watch"

// Unit is a systemd user unit that runs a command and starts it again when it fails. It must
// be given absolute paths.
func Unit(command ...string) string {
	var quoted []string
	for _, word := range command {
		quoted = append(quoted, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`, "\n", `\n`).Replace(word)+`"`)
	}
	return `[Unit]
Description=Cloudseed keeps attached files backed up

[Service]
ExecStart=` + strings.Join(quoted, " ") + `
Restart=on-failure
RestartSec=60
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`
}

// Agent is a launchd agent that runs a command.
func Agent(command ...string) string {
	var words strings.Builder
	for _, word := range command {
		words.WriteString("\t\t<string>")
		xml.EscapeText(&words, []byte(word))
		words.WriteString("</string>\n")
	}
	return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + label + `</string>
	<key>ProgramArguments</key>
	<array>
` + words.String() + `	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
</dict>
</plist>
`
}

// file is where the system looks for it, and what it says.
func file(command []string) (path, content string, err error) {
	switch runtime.GOOS {
	case "linux":
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "systemd", "user", label+".service"), Unit(command...), err
	case "darwin":
		home, err := os.UserHomeDir()
		return filepath.Join(home, "Library", "LaunchAgents", label+".plist"), Agent(command...), err
	}
	return "", "", ErrUnsupported
}

// On writes the file and tells the system. It returns the file's path. That the system could
// not be told now is an error; the file is there then.
func On(command ...string) (path string, err error) {
	path, content, err := file(command)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return path, err
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		return path, err
	}
	if runtime.GOOS == "darwin" {
		return path, exec.Command("launchctl", "load", "-w", path).Run()
	}
	if err := exec.Command("systemctl", "--user", "daemon-reload").Run(); err != nil {
		return path, err
	}
	return path, exec.Command("systemctl", "--user", "enable", "--now", label+".service").Run()
}

// Off tells the system, and removes the file. Where there is none it does nothing.
func Off() (path string, err error) {
	path, _, err = file(nil)
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "darwin" {
		exec.Command("launchctl", "unload", "-w", path).Run()
	} else {
		exec.Command("systemctl", "--user", "disable", "--now", label+".service").Run()
	}
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return path, err
	}
	return path, nil
}

// Status tells whether the file is there.
func Status() (path string, on bool, err error) {
	path, _, err = file(nil)
	if err != nil {
		return "", false, err
	}
	_, err = os.Stat(path)
	if os.IsNotExist(err) {
		return path, false, nil
	}
	return path, err == nil, err
}
