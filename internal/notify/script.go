package notify

import "encoding/base64"

// appleScript shows its two arguments; they are data to it.
const appleScript = `on run argv
	display notification (item 2 of argv) with title (item 1 of argv)
end run`

// osascript is the command line that shows a notification on macOS.
func osascript(title, text string) []string {
	return []string{"/usr/bin/osascript", "-e", appleScript, title, text}
}

// toastScript shows a toast on Windows 10 and later. Both texts are base64 of UTF-8, so that
// nothing in them can end a string of the script.
func toastScript(title, text string) string {
	encode := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	return `$ErrorActionPreference = 'Stop'
function Text($s) { [Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($s)) }
[Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime] | Out-Null
$xml = [Windows.UI.Notifications.ToastNotificationManager]::GetTemplateContent([Windows.UI.Notifications.ToastTemplateType]::ToastText02)
$texts = $xml.GetElementsByTagName('text')
$texts.Item(0).AppendChild($xml.CreateTextNode((Text '` + encode(title) + `'))) | Out-Null
$texts.Item(1).AppendChild($xml.CreateTextNode((Text '` + encode(text) + `'))) | Out-Null
$toast = [Windows.UI.Notifications.ToastNotification]::new($xml)
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier('Cloudseed').Show($toast)
`
}
