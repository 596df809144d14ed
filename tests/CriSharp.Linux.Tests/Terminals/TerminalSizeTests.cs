using CriSharp.Linux.Terminals;

namespace CriSharp.Linux.Tests.Terminals;

public class TerminalSizeTests
{
    [Fact]
    public void ApplyTo_WhenATerminal_IsReadBack()
    {
        using var terminal = File.OpenHandle("/dev/ptmx", FileMode.Open, FileAccess.ReadWrite);

        new TerminalSize(132, 43).ApplyTo(terminal);

        Assert.Equal(new TerminalSize(132, 43), TerminalSize.Of(terminal));
    }

    [Fact]
    public void ApplyTo_WhenNoTerminal_Throws()
    {
        using var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite);

        Assert.Throws<LinuxException>(() => new TerminalSize(80, 24).ApplyTo(nothing));
    }
}
