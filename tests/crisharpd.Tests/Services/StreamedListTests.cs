using CriSharp.Cri.V1;
using CriSharp.Daemon.Services;
using Grpc.Core;

namespace CriSharp.Daemon.Tests.Services;

public class StreamedListTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(500, 1)]
    [InlineData(501, 2)]
    [InlineData(2345, 5)]
    public async Task Send_OfSmallThings_GivesEachOnceInOrderInAFewMessages(int count, int messages)
    {
        var stream = new Recorded();
        await Send(stream, Enumerable.Range(0, count).Select(number => new Image { Id = $"{number}" }));

        Assert.Equal(messages, stream.Messages.Count);
        Assert.All(stream.Messages, message => Assert.NotEmpty(message.Images));
        Assert.Equal(Enumerable.Range(0, count).Select(number => $"{number}"), stream.Messages.SelectMany(message => message.Images).Select(image => image.Id));
    }

    [Fact]
    public async Task Send_OfLargeThings_MakesNoMessageThatClientsRefuse()
    {
        var stream = new Recorded();
        var sizes = (int[])[10, 700_000, 700_000, 300_000, 3_000_000, 10, 20];
        await Send(stream, sizes.Select((size, number) => new Image { Id = $"{number}", Username = new string('x', size) }));

        Assert.Equal(["0,1", "2,3", "4", "5,6"], stream.Messages.Select(message => string.Join(',', message.Images.Select(image => image.Id))));
    }

    [Fact]
    public async Task Send_ToACallerThatDoesNotRead_ReadsNoFurther()
    {
        var read = 0;
        var stream = new Recorded { Gate = new TaskCompletionSource() };
        var sending = Send(stream, Enumerable.Range(0, 10_000).Select(number => new Image { Id = $"{++read}" }));

        Assert.False(sending.IsCompleted);
        Assert.Equal(501, read);
        stream.Gate.SetResult();
        await sending;
        Assert.Equal(10_000, stream.Messages.Sum(message => message.Images.Count));
    }

    [Fact]
    public async Task Send_WhenTheCallerHasGone_Ends()
    {
        using var gone = new CancellationTokenSource();
        var read = 0;
        var list = new StreamedList<Image, StreamImagesResponse>(piece => new StreamImagesResponse { Images = { piece } }, new Recorded(), gone.Token);
        IEnumerable<Image> Endless()
        {
            while (true)
            {
                if (++read == 1000)
                {
                    gone.Cancel();
                }

                yield return new Image();
            }
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => list.SendAsync(Endless()));
        Assert.Equal(1000, read);
    }

    private static Task Send(Recorded stream, IEnumerable<Image> images) =>
        new StreamedList<Image, StreamImagesResponse>(piece => new StreamImagesResponse { Images = { piece } }, stream, CancellationToken.None).SendAsync(images);

    private sealed class Recorded : IServerStreamWriter<StreamImagesResponse>
    {
        public List<StreamImagesResponse> Messages { get; } = [];

        public TaskCompletionSource? Gate { get; init; }

        public Task WriteAsync(StreamImagesResponse message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(StreamImagesResponse message, CancellationToken cancellationToken)
        {
            Messages.Add(message);
            return Gate?.Task ?? Task.CompletedTask;
        }
    }
}
