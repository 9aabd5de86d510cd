"""What the core says to people: one sentence per code, Vietnamese and English, each saying what to do."""

from __future__ import annotations

import re
from decimal import Decimal

DAY = re.compile(r"\d{4}-\d\d-\d\d")

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
    "pin-unset": (
        "Máy chưa có mã PIN. Hãy đăng nhập bằng mật khẩu rồi đặt mã PIN.",
        "No PIN is set on this tablet. Sign in with the password, then set one.",
    ),
    "pin-wrong": (
        "Mã PIN không đúng. Còn {left} lần thử.",
        "The PIN is wrong. Tries left: {left}.",
    ),
    "pin-forgotten": (
        "Nhập sai mã PIN quá nhiều lần; mã PIN đã bị hủy. Hãy đăng nhập bằng mật khẩu rồi đặt mã mới; dữ liệu vẫn nguyên.",
        "Too many wrong PINs: it is no longer valid. Sign in with the password and set another; the data are untouched.",
    ),
    "pin-weak": (
        "Mã PIN gồm 6 đến 12 chữ số, không lặp một số và không liên tiếp như 123456. Hãy chọn mã khác.",
        "A PIN has 6 to 12 digits, not all the same and not in a row like 123456. Choose another.",
    ),
    "recovery-wrong": (
        "Mã khôi phục không đúng. Hãy xem lại tờ giấy đã nộp cho quản trị: 20 chữ và số.",
        "The recovery code is wrong. Look at the paper that was handed in: 20 letters and digits.",
    ),
    # enrolment, suspension, wipe
    "code-needed": (
        "Máy này chưa được đăng ký. Hãy xin quản trị mã dùng một lần rồi nhập hoặc quét; dữ liệu vẫn nằm trên máy.",
        "This tablet is not enrolled. Get a one-time code from the administrator and enter it; the data stay here.",
    ),
    "code-wrong": (
        "Mã đăng ký máy không đúng. Hãy nhập lại hoặc xin mã mới.",
        "The enrolment code is wrong. Enter it again, or ask for a new one.",
    ),
    "code-used": (
        "Mã đăng ký này đã dùng cho máy khác. Hãy xin mã mới.",
        "This enrolment code has been used for another tablet. Ask for a new one.",
    ),
    "code-expired": (
        "Mã đăng ký máy đã hết hạn. Hãy xin mã mới.",
        "The enrolment code has expired. Ask for a new one.",
    ),
    "tablet-suspended": (
        "Máy này đã bị đình chỉ và không nhận thêm việc: {detail} Biên bản trên máy vẫn được gửi.",
        "This tablet is suspended and is given no more work: {detail} The records on it are still sent.",
    ),
    "tablet-erased": (
        "Theo lệnh của cơ quan, máy đã gửi hết dữ liệu và tự xóa. Hãy trả máy cho quản trị.",
        "By order of the office the tablet has handed in everything and erased itself. Give it back.",
    ),
    # pictures and signatures
    "sync-attachments": (
        "Đã gửi {sent} tệp đính kèm, còn {left}.",
        "{sent} attachments sent, {left} left.",
    ),
    "sync-held-back": (
        "{count} tệp chờ Wi-Fi hoặc hạn mức dữ liệu ngày mai.",
        "{count} of them wait for Wi-Fi or for tomorrow's data budget.",
    ),
    "nothing-to-rescue": (
        "Mọi thứ trên máy đã được máy chủ nhận; không cần tệp cứu hộ.",
        "The server has everything of this tablet; no rescue file is needed.",
    ),
    "rescue-unreadable": (
        "Không mở được tệp cứu hộ: sai mã, hoặc tệp bị cắt hay bị sửa. Hãy kiểm tra mã rồi chép lại tệp từ máy.",
        "The rescue file cannot be opened: another code, or it was cut or altered. Check the code, copy it anew.",
    ),
    "attachment-held": (
        "Có tệp đính kèm chưa gửi được: {detail}. Tệp vẫn nằm trên máy và sẽ được gửi lại.",
        "An attachment could not be sent: {detail}. It is kept on the tablet and will be sent again.",
    ),
    "attachment-unfit": (
        "Tệp đính kèm phải là một trong: {kinds}, không rỗng và không quá 20 MB.",
        "An attachment is one of: {kinds}; not empty and at most 20 MB.",
    ),
    "attachment-unknown": (
        "Biên bản này không có ảnh đó. Hãy chụp lại.",
        "This verification has no such picture. Take it again.",
    ),
    "picture-unreadable": (
        "Không đọc được ảnh này. Hãy chụp lại, hoặc chọn một ảnh JPEG, PNG hay WebP.",
        "This picture cannot be read. Take it again, or choose a JPEG, PNG or WebP picture.",
    ),
    "evidence-photo": (
        "Phải có ảnh phương tiện đo; chưa có thì máy chủ không cấp giấy chứng nhận.",
        "There must be a photograph of the instrument; without one the server gives no certificate.",
    ),
    "evidence-seal": (
        "Phải có ảnh niêm phong; chưa có thì máy chủ không cấp giấy chứng nhận.",
        "There must be a photograph of a seal; without one the server gives no certificate.",
    ),
    "evidence-status": (
        "Phải có ảnh hiện trạng; chưa có thì máy chủ không cấp giấy chứng nhận.",
        "There must be a photograph of the state; without one the server gives no certificate.",
    ),
    "evidence-signature": (
        "Phải có ảnh chữ ký; chưa có thì máy chủ không cấp giấy chứng nhận.",
        "There must be a picture of the signature; without one the server gives no certificate.",
    ),
    "camera-missing": (
        "Máy này không có ứng dụng máy ảnh. Hãy cài một ứng dụng, hoặc báo quản trị.",
        "There is no camera app on this tablet. Install one, or tell the administrator.",
    ),
    # QR and bar codes
    "qr-unavailable": (
        "Máy này chưa có bộ đọc mã QR (thư viện zbar). Hãy gõ mã bằng tay.",
        "This machine has no reader for QR codes (the zbar library). Type the code instead.",
    ),
    "qr-missing": (
        "Không thấy mã QR hay mã vạch nào trong ảnh. Hãy chụp lại gần hơn, đủ sáng, không bị lóa.",
        "There is no QR or bar code in the picture. Take it again closer, in good light, without glare.",
    ),
    "qr-several": (
        "Ảnh có {count} mã khác nhau: {codes}. Hãy chụp lại sao cho chỉ có một mã.",
        "The picture holds {count} different codes: {codes}. Take it again with only one of them.",
    ),
    "qr-foreign": (
        "Đây không phải mã đăng ký máy của Vernier mà là: “{text}”. Hãy quét mã mà quản trị đã cấp.",
        'This is no enrolment code of Vernier but: "{text}". Scan the one that the administrator gave you.',
    ),
    "mismatch-unknown": ("Sai khác là một trong: {kinds}.", "A mismatch is one of: {kinds}."),
    "mismatch-missing": ("Biên bản này không có sai khác đó.", "This verification has no such mismatch."),
    "role-unknown": ("Người ký là một trong: {roles}.", "Who signs is one of: {roles}."),
    "signature-empty": ("Chưa có chữ ký. Hãy ký lên màn hình.", "Nothing was drawn. Sign on the screen."),
    "readings-needed": (
        "Chưa có số đo nào. Hãy đo trước khi hiệu chỉnh rồi lưu số đo ban đầu.",
        "Nothing was read yet. Measure before the adjustment, then keep what was found.",
    ),
    "as-found-kept": (
        "Số đo ban đầu đã được lưu. Hãy đo lại sau khi hiệu chỉnh.",
        "What was found is kept already. Measure again after the adjustment.",
    ),
    "as-found-missing": (
        "Chưa lưu số đo ban đầu nào.",
        "Nothing was kept as found.",
    ),
    "record-unknown": (
        "Máy này không có biên bản đó. Chỉ đính chính được biên bản lập trên máy này.",
        "There is no such record on this tablet. Only records made here can be corrected here.",
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
    "certificate-provisional": (
        "Số giấy chứng nhận tạm: {number}, chờ công bố.",
        "Certificate number {number}, provisional until it is published.",
    ),
    "certificate-published": ("Giấy chứng nhận số {number}, đã công bố.", "Certificate {number}, published."),
    "certificate-other": (
        "Giấy chứng nhận mang số {number}. Hãy thu hồi giấy đã giao mang số {provisional}.",
        "The certificate has the number {number}. Take back the paper that was given out with {provisional}.",
    ),
    "certificate-withheld": (
        "Máy chủ chưa cấp giấy chứng nhận. Hãy thu hồi giấy đã giao mang số {provisional}.",
        "The server gave no certificate. Take back the paper that was given out with {provisional}.",
    ),
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
    # numbers that people type
    "number-empty": (
        "Chưa nhập số. Hãy nhập giá trị, hoặc dùng nút xóa để bỏ trống ô.",
        "No number was entered. Enter the value, or clear the field.",
    ),
    "number-ambiguous": (
        "“{typed}” có thể hiểu hai cách. Hãy nhập {one} hoặc {other}.",
        '"{typed}" can be read in two ways. Enter {one}, or with a decimal comma {other}.',
    ),
    "number-unreadable": (
        "“{typed}” không phải là số. Hãy nhập như 20,05: chữ số và một dấu phẩy thập phân.",
        '"{typed}" is not a number. Enter it like 20,05: digits and one decimal comma.',
    ),
    "number-too-long": (
        "Số quá dài: nhiều nhất {most} chữ số. Hãy kiểm tra lại.",
        "The number is too long: at most {most} digits. Check it.",
    ),
    "value-too-small": (
        "Giá trị quá nhỏ: ít nhất phải là {bound} {unit}. Hãy đọc lại phương tiện đo.",
        "The value is too small: at least {bound} {unit}. Read the instrument again.",
    ),
    "value-too-large": (
        "Giá trị quá lớn: nhiều nhất là {bound} {unit}. Hãy đọc lại phương tiện đo.",
        "The value is too large: at most {bound} {unit}. Read the instrument again.",
    ),
    "value-not-positive": ("Giá trị phải lớn hơn 0.", "The value must be greater than 0."),
    "value-negative": ("Giá trị không được âm.", "The value must not be negative."),
    "value-not-a-choice": ("Hãy chọn một trong: {choices}.", "Choose one of: {choices}."),
    "unit-wrong": ("Đơn vị không dùng được ở đây: {detail}", "The unit cannot be used here: {detail}"),
    "value-refused": ("Giá trị không dùng được: {detail}", "The value cannot be used: {detail}"),
    # a verification
    "visit-unknown": (
        "Máy chưa có cuộc kiểm định này. Hãy đồng bộ rồi thử lại.",
        "This visit is not on the tablet. Sync and try again.",
    ),
    "ending-unknown": (
        "Kết quả cuộc kiểm định là một trong: {endings}.",
        "A visit ends as one of: {endings}.",
    ),
    "serial-here": (
        "Số chế tạo {serial} đã có trong cuộc kiểm định này. Hãy xem lại số.",
        "The serial number {serial} is on this visit already. Look at the number again.",
    ),
    "serials-lacking": (
        "Trên máy không còn số dành cho phương tiện không có số chế tạo. Hãy đồng bộ khi có mạng.",
        "No number for instruments without a serial number is left on this tablet. Sync with a network.",
    ),
    "year-bad": (
        "Năm sản xuất gồm bốn chữ số, như 2024; hoặc để trống.",
        "The year of manufacture has four digits, like 2024; or leave it empty.",
    ),
    "batch-empty": (
        "Chưa chọn phương tiện đo nào. Hãy chọn ít nhất một.",
        "No instrument is chosen. Choose one at least.",
    ),
    "batch-too-large": (
        "Một loạt có nhiều nhất {most} phương tiện đo. Hãy chia thành nhiều loạt.",
        "A batch has at most {most} instruments. Make several.",
    ),
    "batch-mixed": (
        "Phương tiện đo {serial} khác loại, đặc tính hoặc hình thức kiểm định; không sao chép được sang đó.",
        "Instrument {serial} is of another type, other characteristics or another regime; nothing can be copied to it.",
    ),
    "instrument-unknown": (
        "Phương tiện đo này không thuộc cuộc kiểm định đã tải về. Hãy đồng bộ rồi thử lại.",
        "This instrument is not part of the visit on the tablet. Sync and try again.",
    ),
    "instrument-unfit": (
        "Chưa thể kiểm định theo hồ sơ của phương tiện đo: {detail} Hãy báo điều phối viên sửa hồ sơ.",
        "The instrument's data do not allow a verification: {detail} Ask the dispatcher to correct them.",
    ),
    "repair-reason-needed": (
        "Kiểm định sau sửa chữa cần một lý do: {reasons} (TT 23/2013, Điều 19).",
        "A verification after repair needs one reason of: {reasons} (TT 23/2013 Art. 19).",
    ),
    "draft-open": (
        "Phương tiện đo này đang có biên bản dở. Hãy mở tiếp biên bản đó.",
        "A verification of this instrument is already under way. Go on with that one.",
    ),
    "draft-unknown": ("Không có biên bản dở này trên máy.", "There is no such draft on this tablet."),
    "draft-finished": (
        "Biên bản đã được ký và không thể sửa. Nếu sai, hãy lập biên bản mới.",
        "The record is sealed and never changes. If it is wrong, make a new one.",
    ),
    "draft-abandoned": (
        "Biên bản dở này đã được bỏ. Hãy bắt đầu biên bản mới.",
        "This draft was abandoned. Start a new one.",
    ),
    "field-unknown": (
        "Quy trình không có mục {name}. Các mục có: {known}.",
        "The procedure has no {name}. It has: {known}.",
    ),
    "run-unknown": (
        "Điểm đo {point} chỉ có {runs} lần đo.",
        "The point {point} is measured {runs} times; there is no such run.",
    ),
    "text-needed": (
        "Hãy ghi nội dung: ô này không được để trống.",
        "Write something: this may not be empty.",
    ),
    "text-too-long": (
        "Nội dung quá dài: nhiều nhất {most} ký tự.",
        "The text is too long: at most {most} letters.",
    ),
    "standard-unknown": (
        "Máy chưa có chuẩn đo lường này. Hãy đồng bộ rồi thử lại.",
        "This reference standard is not on the tablet. Sync and try again.",
    ),
    "standard-expired": (
        "Chuẩn {code} đã hết hạn ngày {until}. Hãy dùng chuẩn còn hạn (TT 24/2013, Điều 43).",
        "The standard {code} expired on {until}. Use one that is in date (TT 24/2013 Art. 43).",
    ),
    "standard-not-yet-valid": (
        "Chuẩn {code} chỉ có hiệu lực từ ngày {since}. Hãy dùng chuẩn khác.",
        "The standard {code} is valid only from {since}. Use another one.",
    ),
    "standard-of-other-type": (
        "Chuẩn {code} không dùng để kiểm định loại {type}. Hãy chọn chuẩn khác.",
        "The standard {code} is not for instruments of type {type}. Choose another one.",
    ),
    "standard-needed": (
        "Kết luận đạt cần ít nhất một chuẩn đo lường. Hãy chọn chuẩn đã dùng (TT 24/2013, Điều 43).",
        "A pass needs at least one reference standard. Pick those that were used (TT 24/2013 Art. 43).",
    ),
    "seal-kind-unknown": (
        "Loại niêm phong phải là một trong: {kinds}.",
        "The kind of a seal is one of: {kinds}.",
    ),
    "seal-kind-needed": (
        "Số {number} có ở nhiều loại: {kinds}. Hãy chọn loại.",
        "The number {number} exists in several kinds: {kinds}. Say which.",
    ),
    "seal-not-in-hand": (
        "Số {number} không nằm trong số niêm phong đã giao cho bạn. Hãy kiểm tra lại số hoặc đồng bộ.",
        "The number {number} is not among the seals in your hand. Check the number, or sync.",
    ),
    "seal-affixed": (
        "Niêm phong {number} đã được gắn. Mỗi số chỉ dùng một lần.",
        "The seal {number} is already fitted. Each number is used once.",
    ),
    "seal-voided": (
        "Niêm phong {number} đã hủy, không dùng được nữa.",
        "The seal {number} is void and cannot be used again.",
    ),
    "seal-not-here": (
        "Biên bản này không có niêm phong {number}.",
        "This verification has no seal {number}.",
    ),
    "seal-removed-twice": (
        "Niêm phong {number} đã được ghi là tháo ra.",
        "The seal {number} is already noted as removed.",
    ),
    "seal-fitted-here": (
        "Niêm phong {number} vừa được gắn trong biên bản này. Nếu hỏng, hãy hủy nó.",
        "The seal {number} was fitted in this verification. If it is spoiled, void it.",
    ),
    "seals-on-failed": (
        "Phương tiện đo không đạt thì không được mang niêm phong mới. Hãy hủy: {numbers}.",
        "An instrument that fails carries no new seal. Void these first: {numbers}.",
    ),
    "seals-in-draft": (
        "Biên bản này đã dùng niêm phong ({numbers}). Hãy kết thúc biên bản để số niêm phong khớp sổ.",
        "This draft has used seals ({numbers}). Finish it, so that the seal book balances.",
    ),
    "note-needed": (
        "Kết quả chưa kết luận được. Hãy ghi lý do vào phần ghi chú rồi kết thúc. Còn thiếu: {missing}",
        "There is no conclusion yet. Write the reason in the note, then finish. Missing: {missing}",
    ),
    # ready for a day without a network
    "ready": (
        "Có thể làm việc ngoại tuyến: {visits} cuộc kiểm định, {instruments} phương tiện đo, mọi chuẩn còn hạn,"
        " {numbers} số giấy chứng nhận.",
        "You can go offline: {visits} visits, {instruments} instruments, all standards in date,"
        " {numbers} certificate numbers.",
    ),
    "not-ready": (
        "Chưa sẵn sàng ngoại tuyến ({visits} cuộc kiểm định, {instruments} phương tiện đo):",
        "Not ready to go offline ({visits} visits, {instruments} instruments):",
    ),
    "never-synced": (
        "Máy chưa tải công việc. Hãy đồng bộ khi có mạng.",
        "No work has been fetched yet. Sync while there is a network.",
    ),
    "procedures-lacking": (
        "Còn thiếu {count} quy trình kiểm định. Hãy đồng bộ lại.",
        "{count} verification procedures are missing. Sync again.",
    ),
    "standard-lacking": (
        "Không có chuẩn còn hạn cho loại {type}. Hãy nhận chuẩn khác trước khi đi.",
        "No standard in date for type {type}. Get one before you leave.",
    ),
    "seals-lacking": (
        "Bạn không còn niêm phong nào trong tay. Hãy nhận thêm rồi đồng bộ.",
        "There is no seal left in your hand. Get some, then sync.",
    ),
    "numbers-few": (
        "Còn {have} số giấy chứng nhận cho {needed} phương tiện đo. Hãy đồng bộ; thiếu số vẫn ký được, máy chủ cấp số sau.",
        "{have} certificate numbers for {needed} instruments. Sync; records without one are numbered by the server.",
    ),
    "numbers-under-way": (
        "Còn {count} biên bản mang số giấy chứng nhận chưa được công bố. Hãy đồng bộ rồi thử lại.",
        "{count} records with a certificate number are not published yet. Sync and try again.",
    ),
    "clock-off": (
        "Đồng hồ của máy lệch {minutes} phút so với máy chủ. Hãy chỉnh lại giờ.",
        "The tablet's clock is {minutes} minutes off. Set it right.",
    ),
    "instrument-unready": (
        "Phương tiện đo {serial}: hồ sơ chưa đủ để kiểm định: {detail}.",
        "Instrument {serial}: its data do not allow a verification: {detail}.",
    ),
    # why a certificate may be withheld
    "card-unknown": (
        "Máy chưa có thẻ kiểm định viên của bạn. Hãy đồng bộ.",
        "Your inspector's card is not on the tablet. Sync.",
    ),
    "card-suspended": (
        "Thẻ kiểm định viên đang bị đình chỉ; máy chủ sẽ không cấp giấy chứng nhận.",
        "Your inspector's card is suspended; the server will give no certificate.",
    ),
    "card-expired": (
        "Thẻ kiểm định viên đã hết hạn ngày {until}; máy chủ sẽ không cấp giấy chứng nhận.",
        "Your inspector's card expired on {until}; the server will give no certificate.",
    ),
    "card-of-other-type": (
        "Thẻ kiểm định viên không gồm loại {type}; máy chủ sẽ không cấp giấy chứng nhận.",
        "Your inspector's card does not cover type {type}; the server will give no certificate.",
    ),
    "visit-gone": (
        "Cuộc kiểm định này không còn trong danh sách của bạn; kết quả đã ghi vẫn được gửi.",
        "This visit is no longer among your work; what you recorded will still be sent.",
    ),
    "regime-not-asked": (
        "Danh mục không quy định hình thức kiểm định này cho loại {type}; máy chủ sẽ không cấp giấy chứng nhận.",
        "The catalogue does not ask this kind of verification of type {type}; the server will give no certificate.",
    ),
    "instrument-retired": (
        "Phương tiện đo đã được báo ngừng sử dụng; máy chủ sẽ không cấp giấy chứng nhận.",
        "The instrument is registered as no longer used; the server will give no certificate.",
    ),
    "repair-first": (
        "Phương tiện đo đang bị cấm sử dụng; cần kiểm định sau sửa chữa.",
        "The instrument is barred from use; it needs a verification after repair.",
    ),
}


def say(code: str, language: str, /, **values: object) -> str:
    """The sentence of a code in "vi" or "en", with its values filled in: days as 05/03/2026, in Vietnamese a decimal comma.

    Raises KeyError for an unknown code.
    """
    sentence = TEXTS[code][language != "vi"]
    return sentence.format(**{name: _as_written(value, language) for name, value in values.items()})


def _as_written(value: object, language: str) -> object:
    if isinstance(value, Decimal):
        return str(value).replace(".", ",") if language == "vi" else value
    if isinstance(value, str) and DAY.fullmatch(value):
        return "/".join(reversed(value.split("-")))
    return value
