package notify

import (
	"context"
	"errors"
	"os/exec"
	"strings"
)

func send(ctx context.Context, title, text string) error {
	shell := exec.CommandContext(ctx, "powershell.exe", "-NoProfile", "-NonInteractive", "-Command", "-")
	shell.Stdin = strings.NewReader(toastScript(title, text))
	if err := shell.Run(); err != nil {
		return errors.Join(ErrNoDesktop, err)
	}
	return nil
}
