using CriSharp.Cri.V1;

namespace CriSharp.Specs.Tests;

public sealed class StopSignalsTests
{
    [Theory]
    [InlineData("", 15)]
    [InlineData("SIGQUIT", 3)]
    [InlineData("quit", 3)]
    [InlineData("sigint", 2)]
    [InlineData("9", 9)]
    [InlineData("64", 64)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("RTMIN", 34)]
    [InlineData("rtmax-1", 63)]
    [InlineData("SIGRTMAX", 64)]
    [InlineData("SIGNONSENSE", 15)]
    [InlineData("0", 15)]
    [InlineData("65", 15)]
    [InlineData("-9", 15)]
    [InlineData("RTMIN-1", 15)]
    [InlineData("RTMIN+31", 15)]
    [InlineData("RTMIN+", 15)]
    [InlineData("99999999999999999999", 15)]
    public void Resolve_WithoutThePodsWord_TakesTheImages(string image, int expected) =>
        Assert.Equal(expected, StopSignals.Resolve(Signal.RuntimeDefault, image));

    [Theory]
    [InlineData(Signal.Sighup, 1)]
    [InlineData(Signal.Sigkill, 9)]
    [InlineData(Signal.Sigcld, 17)]
    [InlineData(Signal.Sigpoll, 29)]
    [InlineData(Signal.Sigrtmin, 34)]
    [InlineData(Signal.Sigrtminplus15, 49)]
    [InlineData(Signal.Sigrtmaxminus14, 50)]
    [InlineData(Signal.Sigrtmax, 64)]
    public void Resolve_WithThePodsWord_TakesIt(Signal asked, int expected) => Assert.Equal(expected, StopSignals.Resolve(asked, "SIGQUIT"));

    [Fact]
    public void ToCri_OfEverySignal_ComesBack()
    {
        for (var number = 1; number <= 64; number++)
        {
            if (number is 32 or 33)
            {
                // Used by the C library for its threads: they have no name.
                Assert.Equal(Signal.RuntimeDefault, StopSignals.ToCri(number));
                continue;
            }

            Assert.Equal(number, StopSignals.Resolve(StopSignals.ToCri(number), ""));
        }
    }

    [Fact]
    public void Resolve_OfEveryValueOfTheEnumeration_IsASignal()
    {
        foreach (var signal in Enum.GetValues<Signal>())
        {
            Assert.InRange(StopSignals.Resolve(signal, ""), 1, 64);
        }

        Refused.Invalid("no signal", () => StopSignals.Resolve((Signal)200, ""));
    }
}
