using System.Text;
using CriSharp.Linux.Cgroups;

namespace CriSharp.Linux.Tests.Cgroups;

public sealed class CgroupTextTests
{
    [Theory]
    [InlineData("0\n", 0UL)]
    [InlineData("18446744073709551615\n", ulong.MaxValue)]
    [InlineData("18446744073709551616\n", null)]
    [InlineData("max\n", null)]
    [InlineData("-1\n", null)]
    [InlineData("12 13\n", null)]
    [InlineData("12abc", null)]
    [InlineData("\n", null)]
    [InlineData("", null)]
    public void Number_IsOneNumberAndNothingElse(string text, ulong? number) => Assert.Equal(number, CgroupText.Number(Bytes(text)));

    [Theory]
    [InlineData("52428800\n", 52428800UL)]
    [InlineData("0\n", 0UL)]
    [InlineData("max\n", null)]
    [InlineData("9223372036854771712\n", null)] // v1, pages of 4 KiB
    [InlineData("9223372036854710272\n", null)] // v1, pages of 64 KiB
    [InlineData("lots", null)]
    public void Limit_WhenThereIsNone_IsNull(string text, ulong? limit) => Assert.Equal(limit, CgroupText.Limit(Bytes(text)));

    [Theory]
    [InlineData("usage_usec 7\nuser_usec 5\n", "usage_usec", 7UL)]
    [InlineData("user_usec 5\nusage_usec 7", "usage_usec", 7UL)]
    [InlineData("usage_usec_more 9\n", "usage_usec", null)]
    [InlineData("usage_usec\n", "usage_usec", null)]
    [InlineData("usage_usec \n", "usage_usec", null)]
    [InlineData("usage_usec seven\n", "usage_usec", null)]
    [InlineData("usage_usec -7\n", "usage_usec", null)]
    [InlineData("inactive_file 3\n", "file", null)]
    [InlineData("", "file", null)]
    public void ValueOf_WhenTheLineIsNotThereOrMakesNoSense_IsNull(string text, string key, ulong? value) =>
        Assert.Equal(value, CgroupText.ValueOf(Bytes(text), Bytes(key)));

    [Fact]
    public void Pressure_InTheKernelsForm_HasBothLines()
    {
        var pressure = Pressure.Parse("some avg10=1.25 avg60=0.50 avg300=99.99 total=42\nfull avg10=0.00 avg60=0.00 avg300=100.00 total=7\n"u8);

        Assert.Equal(new Pressure(new Stall(1.25, 0.5, 99.99, 42_000), new Stall(0, 0, 100, 7_000)), pressure);
    }

    [Theory]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n")] // the processors' before Linux 5.13
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=nonsense\n")]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=NaN avg60=0.00 avg300=0.00 total=0\n")]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=1\nfull avg10=-1 avg60=0.00 avg300=0.00 total=0\n")]
    public void Pressure_WhenOneLineIsNotKnown_HasTheOther(string text) => Assert.Equal(new Pressure(new Stall(0, 0, 0, 1_000), null), Pressure.Parse(Bytes(text)));

    [Theory]
    [InlineData("")]
    [InlineData("some\n")]
    [InlineData("full avg10=0.00 avg60=0.00 avg300=0.00 total=1\n")]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=\n")]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=1 more\n")]
    [InlineData("some avg10=0.00 avg60=0.00 avg300=0.00 total=18446744073709551615\n")]
    [InlineData("some avg10=101 avg60=0.00 avg300=0.00 total=1\n")]
    [InlineData("some avg60=0.00 avg10=0.00 avg300=0.00 total=1\n")]
    public void Pressure_WhenNotInTheKernelsForm_IsNull(string text) => Assert.Null(Pressure.Parse(Bytes(text)));

    [Fact]
    public void Counters_OfEachVersion_AreThoseWithAllThatIsBelow()
    {
        var unified = MemoryCounters.ParseUnified("anon 1\nfile 2\nanon_thp 9\ninactive_anon 8\ninactive_file 3\npgfault 4\npgmajfault 5\nworkingset_x 1\n"u8);
        var legacy = MemoryCounters.ParseLegacy("rss 9\ninactive_file 9\npgfault 9\nswap 9\ntotal_rss 1\ntotal_swap 6\ntotal_pgfault 4\ntotal_pgmajfault 5\ntotal_inactive_file 3\n"u8);

        Assert.Equal(new MemoryCounters(1, 3, 4, 5, null), unified);
        Assert.Equal(new MemoryCounters(1, 3, 4, 5, 6), legacy);
        Assert.Equal(default, MemoryCounters.ParseUnified("\0\xff anon"u8));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
