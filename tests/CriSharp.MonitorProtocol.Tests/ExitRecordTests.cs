using System.Text;

namespace CriSharp.MonitorProtocol.Tests;

public class ExitRecordTests
{
    private const string Golden = "version 1\nexit-code 137\nsignal 9\nout-of-memory true\nfinished-at 1763706925123456789\nlost-log-bytes 12\nchecksum crc32c 3a5d5738\n";

    private static readonly ExitRecord Killed = new()
    {
        ExitCode = 137,
        Signal = 9,
        OutOfMemory = true,
        FinishedAtUnixNanoseconds = 1763706925123456789,
        LostLogBytes = 12,
    };

    [Fact]
    public void Format_WhenKilled_IsTheGoldenText() => Assert.Equal(Golden, Encoding.UTF8.GetString(Killed.Format()));

    [Fact]
    public void Parse_WhenGolden_GivesTheRecord() => Assert.Equal(Killed, ExitRecord.Parse(Encoding.UTF8.GetBytes(Golden)));

    [Fact]
    public void Parse_WhenItEndedByItself_HasNoSignal()
    {
        var ended = new ExitRecord { ExitCode = 0, FinishedAtUnixNanoseconds = 1 };

        Assert.Equal(ended, ExitRecord.Parse(ended.Format()));
    }

    [Fact]
    public void Parse_WhenANameIsNew_IgnoresIt() => Assert.Equal(Killed, ExitRecord.Parse(Encoding.UTF8.GetBytes("new thing\n" + Golden.Replace("checksum", "check", StringComparison.Ordinal))));

    [Theory]
    [InlineData("")]
    [InlineData("version 2\nexit-code 0\nfinished-at 1\nlost-log-bytes 0\n")]
    [InlineData("version 1\nfinished-at 1\nlost-log-bytes 0\n")]
    [InlineData("version 1\nexit-code 0\nlost-log-bytes 0\n")]
    [InlineData("version 1\nexit-code 0\nfinished-at 1\n")]
    [InlineData("version 1\nexit-code zero\nfinished-at 1\nlost-log-bytes 0\n")]
    [InlineData("garbage")]
    public void Parse_WhenMalformed_Throws(string text) => Assert.Throws<FormatException>(() => ExitRecord.Parse(Encoding.UTF8.GetBytes(text)));
}
