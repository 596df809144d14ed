using CriSharp.Linux.Memory;

namespace CriSharp.Linux.Tests.Memory;

public sealed class OwnProgramTests
{
    private const string Smaps = """
        55d43018e000-55d4301be000 r--p 00000000 fe:00 11673786                   /usr/bin/one two
        Size:                192 kB
        Rss:                 192 kB
        Anonymous:             0 kB
        VmFlags: rd mr mw me sd
        55d4301be000-55d430d72000 r-xp 00030000 fe:00 11673786                   /usr/bin/one two
        Anonymous:             0 kB
        55d431981000-55d431983000 r--p 017f2000 fe:00 11673786                   /usr/bin/one two
        Anonymous:             8 kB
        55d431983000-55d4319ed000 rw-p 017f4000 fe:00 11673786                   /usr/bin/one two
        Anonymous:             0 kB
        55d43c29c000-55d43c3e1000 rw-p 00000000 00:00 0                          [heap]
        Anonymous:          1204 kB
        7f0000000000-7f0000001000 r-xp 00000000 fe:00 7                          /usr/lib/libc.so.6
        Anonymous:             0 kB
        7f0000001000-7f0000002000 r--p 00000000 00:00 0
        Anonymous:             0 kB
        """;

    [Fact]
    public void Unchanged_AreThePartsThatNobodyHasWritten() =>
        Assert.Equal([(0x55d43018e000, 0x30000), (0x55d4301be000, 0xbb4000)], OwnProgram.Unchanged(Smaps.Split('\n'), "/usr/bin/one two").Select(part => ((long)part.Address, (long)part.Bytes)));

    [Fact]
    public void GiveBackPages_OfARunningProgram_TakesThemFromIt_AndLeavesItRunning()
    {
        // The loader has read the program's first page, which nobody needs any more.
        Assert.True(Resident() > 0);
        OwnProgram.GiveBackPages();
        Assert.Equal(0, Resident());
    }

    /// <summary>Of the first part of the program that runs, in kB.</summary>
    private static int Resident()
    {
        var program = File.ResolveLinkTarget("/proc/self/exe", returnFinalTarget: false)!.FullName;
        var lines = File.ReadLines("/proc/self/smaps").SkipWhile(line => !line.EndsWith(program, StringComparison.Ordinal));
        return int.Parse(lines.First(line => line.StartsWith("Rss:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}
