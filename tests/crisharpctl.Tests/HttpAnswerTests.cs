using System.Text;
using CriSharp.Ctl.Connection;

namespace CriSharp.Ctl.Tests;

public class HttpAnswerTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello")]
    [InlineData("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", 404, "")]
    [InlineData("HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", 400, "hello")]
    public void Answer_WhenWhole_IsRead_AndNotBefore(string text, int status, string content)
    {
        var bytes = Encoding.ASCII.GetBytes(text);

        var answer = HttpAnswer.TryParse(bytes)!;

        Assert.Equal((status, content), (answer.Status, Encoding.ASCII.GetString(answer.Content)));
        Assert.Null(HttpAnswer.TryParse(bytes.AsSpan(0, text.Contains("chunked", StringComparison.Ordinal) ? bytes.Length - 5 : bytes.Length - 1)));
    }

    [Theory]
    [InlineData("words\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n")]
    public void Answer_WhenItIsNone_IsRefused(string text) => Assert.Throws<IOException>(() => HttpAnswer.TryParse(Encoding.ASCII.GetBytes(text)));
}
