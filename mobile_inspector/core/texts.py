"""What the core says to people: one sentence per code, Vietnamese and English, each saying what to do."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # the tablet itself
    "tablet-in-use": (
        "Dữ liệu của máy đang được một chương trình khác mở. Hãy đóng chương trình đó rồi mở lại.",
        "Another program has this tablet's data open. Close it and open again.",
    ),
    "tablet-too-new": (
        "Dữ liệu thuộc phiên bản {found}, ứng dụng này chỉ biết đến {known}. Hãy cập nhật ứng dụng; dữ liệu vẫn nguyên.",
        "The data are of version {found}, this app knows up to {known}. Update the app; the data are untouched.",
    ),
    "tablet-unreadable": (
        "Không đọc được dữ liệu của máy. Đừng xóa gì; hãy báo quản trị để cứu dữ liệu.",
        "The tablet's data cannot be read. Delete nothing; tell the administrator so that they can be rescued.",
    ),
    "storage-full": (
        "Bộ nhớ máy đã đầy: mục vừa nhập CHƯA được lưu. Hãy giải phóng bộ nhớ rồi nhập lại.",
        "The tablet's storage is full: the last entry was NOT stored. Free some space and enter it again.",
    ),
    "address-bad": (
        "“{url}” không phải địa chỉ máy chủ. Hãy nhập địa chỉ bắt đầu bằng https://.",
        '"{url}" is not the address of a server. Give one that begins with https://.',
    ),
    # signing in
    "signed-out": (
        "Bạn chưa đăng nhập. Hãy đăng nhập rồi làm lại.",
        "You are signed out. Sign in and repeat.",
    ),
    "password-wrong": (
        "Tên đăng nhập hoặc mật khẩu không đúng. Hãy thử lại.",
        "The user name or the password is wrong. Try again.",
    ),
    "password-changed": (
        "Mật khẩu đã được đổi ở nơi khác. Hãy nhập thêm mật khẩu cũ một lần để mở khóa ký của máy.",
        "The password was changed elsewhere. Give the previous one too, once, to open the tablet's signing key.",
    ),
    "sign-in-refused": ("Máy chủ từ chối đăng nhập: {detail}", "The server refused the sign-in: {detail}"),
    "sign-in-again": (
        "Phiên đăng nhập đã hết. Hãy đăng nhập lại khi có mạng; mọi dữ liệu vẫn nằm trên máy.",
        "The sign-in has run out. Sign in again with a network; everything is still on the tablet.",
    ),
    "tablet-taken": (
        "Máy này thuộc về {user}. Hãy dùng máy của bạn hoặc nhờ quản trị cấp lại.",
        "This tablet belongs to {user}. Use your own, or ask the administrator to assign it anew.",
    ),
    "first-sign-in-needs-network": (
        "Lần đăng nhập đầu tiên cần có mạng. Hãy kết nối rồi thử lại.",
        "The first sign-in needs a network. Connect and try again.",
    ),
    "offline-too-long": (
        "Đã quá {days} ngày máy không liên lạc với máy chủ. Hãy kết nối mạng rồi đăng nhập; dữ liệu vẫn nguyên.",
        "The tablet has not been in contact for {days} days. Connect and sign in; the data are untouched.",
    ),
    # the network
    "network-away": (
        "Không có mạng. Mọi thứ vẫn nằm trên máy và sẽ được gửi khi có mạng.",
        "There is no network. Everything is kept on the tablet and will be sent when there is one.",
    ),
    "network-slow": (
        "Máy chủ không trả lời kịp. Mọi thứ vẫn nằm trên máy và sẽ được gửi lại.",
        "The server did not answer in time. Everything is kept on the tablet and will be sent again.",
    ),
    "server-down": (
        "Máy chủ đang gặp sự cố ({status}). Mọi thứ vẫn nằm trên máy và sẽ được gửi lại.",
        "The server is in trouble ({status}). Everything is kept on the tablet and will be sent again.",
    ),
    "server-busy": (
        "Máy chủ đang bận. Mọi thứ vẫn nằm trên máy và sẽ được gửi lại sau.",
        "The server is busy. Everything is kept on the tablet and will be sent again later.",
    ),
    "answer-broken": (
        "Câu trả lời của máy chủ bị đứt giữa chừng. Mọi thứ vẫn nằm trên máy và sẽ được gửi lại.",
        "The server's answer was cut short. Everything is kept on the tablet and will be sent again.",
    ),
    "server-refused": (
        "Máy chủ từ chối: {detail} Mọi thứ vẫn nằm trên máy.",
        "The server refused: {detail} Everything is kept on the tablet.",
    ),
    "sync-failed": (
        "Đồng bộ gặp lỗi của ứng dụng: {detail}. Mọi thứ vẫn nằm trên máy; hãy báo quản trị.",
        "The app failed while syncing: {detail}. Everything is kept on the tablet; tell the administrator.",
    ),
    "sync-report": (
        "Máy chủ đã nhận {received}, từ chối {refused}, còn trên máy {left}.",
        "The server received {received}, refused {refused}; {left} left on the tablet.",
    ),
    # the states of a record, and what is wrong with one
    "state-on_tablet": ("trên máy", "on this tablet"),
    "state-received": ("đã nhận", "received"),
    "state-published": ("đã công bố", "published"),
    "state-rejected": ("bị từ chối", "rejected"),
    "state-conflict": ("bị trùng", "in conflict"),
    "record-on_tablet": (
        "Biên bản vẫn nằm trên máy, máy chủ chưa nhận: {detail}. Máy sẽ gửi lại.",
        "The record is still on the tablet, the server did not take it: {detail}. It will be sent again.",
    ),
    "record-received": ("Máy chủ đã nhận, còn lưu ý: {detail}.", "Received, with a remark: {detail}."),
    "record-published": ("Đã công bố, còn lưu ý: {detail}.", "Published, with a remark: {detail}."),
    "record-rejected": (
        "Máy chủ không đọc được biên bản: {detail}. Bản gốc được giữ lại; hãy lập biên bản mới đã sửa.",
        "The server could not read the record: {detail}. The original is kept; make a new, corrected record.",
    ),
    "record-conflict": (
        "Máy chủ đã có một biên bản khác cùng mã: {detail}. Cả hai được giữ; điều phối viên sẽ quyết định.",
        "The server has another record with this id: {detail}. Both are kept; the dispatcher decides.",
    ),
}


def say(code: str, language: str, **values: object) -> str:
    """The sentence of a code in "vi" or "en", with its values filled in.  Raises KeyError for an unknown code."""
    vietnamese, english = TEXTS[code]
    return (vietnamese if language == "vi" else english).format(**values)
