using System.Text;
using CriSharp.TestSupport.Records;

namespace CriSharp.MonitorProtocol.Tests;

/// <summary>An exit record that was cut off or has a flipped bit: refused, or all that it says is true.</summary>
public class ExitRecordDamageTests
{
    private static readonly ExitRecord Killed = new()
    {
        ExitCode = 137,
        Signal = 9,
        OutOfMemory = true,
        FinishedAtUnixNanoseconds = 1763706925123456789,
        LostLogBytes = 12,
    };

    [Fact]
    public void Parse_WhenDamagedInAnyWay_NeverTellsAnythingElse()
    {
        var refused = 0;
        foreach (var (what, content) in Damage.Of(Killed.Format()))
        {
            try
            {
                Assert.True(Killed == ExitRecord.Parse(content), what);
            }
            catch (FormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 500, $"{refused}");
    }

    /// <summary>A monitor of the first release, which outlives the upgrade of the daemon.</summary>
    [Fact]
    public void Parse_WhenAnOldMonitorsRecordIsCutOff_RefusesIt()
    {
        var old = Encoding.UTF8.GetBytes("version 1\nexit-code 137\nsignal 9\nout-of-memory true\nfinished-at 1763706925123456789\nlost-log-bytes 12\n");

        Assert.Equal(Killed, ExitRecord.Parse(old));
        for (var length = 0; length < old.Length; length++)
        {
            Assert.Throws<FormatException>(() => ExitRecord.Parse(old.AsSpan(0, length)));
        }
    }
}
