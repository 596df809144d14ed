using System.Globalization;
using System.Text;

namespace CriSharp.Registry;

/// <summary>A text that differs whenever one of some files comes, goes or is written; links are followed to what they lead to.</summary>
public static class FileStamps
{
    public static string Of(IEnumerable<string> paths)
    {
        var text = new StringBuilder();
        foreach (var path in paths)
        {
            text.Append(path).Append('|').Append(Of(path)).Append('\n');
        }

        return text.ToString();
    }

    private static string Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            var target = file.LinkTarget is null ? file : (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            return target.Exists
                ? string.Create(CultureInfo.InvariantCulture, $"{target.FullName}|{target.Length}|{target.LastWriteTimeUtc.Ticks}")
                : "";
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return unreadable.Message;
        }
    }
}
