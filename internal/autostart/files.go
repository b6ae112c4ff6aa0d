package autostart

import (
	"encoding/binary"
	"encoding/xml"
	"strings"
	"unicode/utf16"
)

const description = "Cloudseed keeps attached files backed up"

// Unit is a systemd user unit that runs a command and starts it again when it fails. It must
// be given absolute paths. Its quoting is that of systemd.service(5) and systemd.syntax(7).
func Unit(command ...string) string {
	var quoted []string
	for _, word := range command {
		quoted = append(quoted, `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`, `%`, `%%`, `$`, `$$`, "\n", `\n`).Replace(word)+`"`)
	}
	return `[Unit]
Description=` + description + `

[Service]
ExecStart=` + strings.Join(quoted, " ") + `
Restart=on-failure
RestartSec=60
NoNewPrivileges=yes

[Install]
WantedBy=default.target
`
}

// Agent is a launchd agent that runs a command, see launchd.plist(5).
func Agent(command ...string) string {
	var words strings.Builder
	for _, word := range command {
		words.WriteString("\t\t<string>" + escaped(word) + "</string>\n")
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

// Task is a task of the Windows Task Scheduler, schema 1.2, that runs a command whenever one
// person signs in, with no more rights than they have, for as long as it likes, also on battery.
// The person is needed: a trigger for everybody may be made by administrators only.
func Task(person string, command ...string) string {
	var words []string
	for _, word := range command[min(1, len(command)):] {
		words = append(words, windowsWord(word))
	}
	return `<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>` + description + `</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger>
      <Enabled>true</Enabled>
      <UserId>` + escaped(person) + `</UserId>
    </LogonTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
      <UserId>` + escaped(person) + `</UserId>
      <LogonType>InteractiveToken</LogonType>
      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>999</Count>
    </RestartOnFailure>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>` + escaped(strings.Join(command[:min(1, len(command))], "")) + `</Command>
      <Arguments>` + escaped(strings.Join(words, " ")) + `</Arguments>
    </Exec>
  </Actions>
</Task>
`
}

func escaped(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text))
	return b.String()
}

// windowsWord quotes one word of a command line as CommandLineToArgvW takes it apart:
// backslashes are doubled only before a quotation mark.
func windowsWord(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\"") {
		return word
	}
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0
	for _, r := range word {
		switch r {
		case '\\':
			slashes++
		case '"':
			b.WriteString(strings.Repeat(`\`, slashes+1)) // as many again, and one for the mark
			slashes = 0
		default:
			slashes = 0
		}
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, slashes))
	b.WriteByte('"')
	return b.String()
}

// utf16File is a text as the Task Scheduler reads it from a file: UTF-16 with a mark, and
// lines that end as on Windows.
func utf16File(text string) []byte {
	b := []byte{0xff, 0xfe}
	for _, unit := range utf16.Encode([]rune(strings.ReplaceAll(text, "\n", "\r\n"))) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return b
}
