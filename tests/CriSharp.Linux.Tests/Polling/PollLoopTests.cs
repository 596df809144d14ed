using CriSharp.Linux.Polling;
using CriSharp.Linux.Processes;

namespace CriSharp.Linux.Tests.Polling;

public class PollLoopTests
{
    [Fact]
    public void Wait_WhenNothingIsReady_EndsAtItsTime()
    {
        using var pipe = PipePair.Create();
        var loop = new PollLoop();
        loop.Add(pipe.Reader, PollEvents.Readable, _ => Assert.Fail("nothing is there"));

        loop.Wait(1);
    }

    [Fact]
    public void Wait_WhenBytesAndThenTheEndAreThere_TellsBoth()
    {
        using var pipe = PipePair.Create();
        var loop = new PollLoop();
        var told = PollEvents.None;
        loop.Add(pipe.Reader, PollEvents.Readable, events => told = events);

        DescriptorTransfer.Write(pipe.Writer, "x"u8);
        loop.Wait(-1);
        Assert.Equal(PollEvents.Readable, told);

        DescriptorTransfer.Read(pipe.Reader, new byte[8]);
        pipe.Writer.Dispose();
        loop.Wait(-1);
        Assert.Equal(PollEvents.HangUp, told);
    }

    [Fact]
    public void Pause_WhenThereIsAHangUp_IsNotToldBeforeResume()
    {
        using var pipe = PipePair.Create();
        var loop = new PollLoop();
        var told = 0;
        loop.Add(pipe.Reader, PollEvents.Readable, _ => told++);
        pipe.Writer.Dispose();

        loop.Pause(pipe.Reader);
        loop.Wait(1);
        Assert.Equal(0, told);

        loop.Resume(pipe.Reader);
        loop.Wait(1);
        Assert.Equal(1, told);
    }

    [Fact]
    public void Wait_WhenTheReaderOfAPipeHasGone_TellsItsWriter()
    {
        using var pipe = PipePair.Create();
        var loop = new PollLoop();
        var told = PollEvents.None;
        loop.Add(pipe.Writer, PollEvents.None, events => told = events);

        pipe.Reader.Dispose();
        loop.Wait(-1);

        Assert.Equal(PollEvents.Error, told);
    }

    [Fact]
    public void Handlers_WhenTheyRemoveEachOther_AreNotCalledAfterwards()
    {
        using var first = new EventDescriptor();
        using var second = new EventDescriptor();
        var loop = new PollLoop();
        var calls = 0;
        loop.Add(first.Handle, PollEvents.Readable, _ =>
        {
            calls++;
            loop.Remove(first.Handle);
            loop.Remove(second.Handle);
        });
        loop.Add(second.Handle, PollEvents.Readable, _ => calls++);
        first.Raise();
        second.Raise();

        loop.Wait(-1);
        loop.Wait(0);

        Assert.Equal(1, calls);
    }

    [Fact]
    public void Add_WhenMoreThanItsCapacity_ServesAll()
    {
        var loop = new PollLoop();
        var calls = 0;
        var events = Enumerable.Range(0, 100).Select(_ => new EventDescriptor()).ToArray();
        foreach (var each in events)
        {
            loop.Add(each.Handle, PollEvents.Readable, _ => calls++);
            each.Raise();
        }

        loop.Wait(-1);

        Assert.Equal(100, calls);
        Array.ForEach(events, each => each.Dispose());
    }

    [Fact]
    public void Wait_WhenDescriptorsAreReadyAgainAndAgain_AllocatesNothing()
    {
        using var raised = new EventDescriptor();
        var loop = new PollLoop();
        loop.Add(raised.Handle, PollEvents.Readable, _ => raised.Clear());
        Round(loop, raised, 10);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Round(loop, raised, 1000);

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static void Round(PollLoop loop, EventDescriptor raised, int times)
    {
        for (var i = 0; i < times; i++)
        {
            raised.Raise();
            loop.Wait(-1);
        }
    }
}
